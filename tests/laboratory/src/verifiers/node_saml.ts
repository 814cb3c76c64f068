import { isObject } from '@mintmark/core'
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml'
import type { Specimen } from '../specimen.ts'
import { npm } from '../versions.ts'
import { ACS, certificatesOf, samlInProcess } from './saml.ts'

/** What is below some names in a tree of xml2js, the first of each. */
const at = (tree: unknown, ...names: readonly string[]): unknown =>
  names.reduce((value, name) => {
    const first: unknown = Array.isArray(value) ? value[0] : value
    return isObject(first) ? first[name] : undefined
  }, tree)

const CONFIRMED = ['Assertion', 'Subject', 'SubjectConfirmation', 'SubjectConfirmationData', '$']

export const nodeSaml: Specimen = {
  name: '@node-saml/node-saml',
  versions: npm('@node-saml/node-saml'),
  boundBy: 'idpCert; the caller compares issuer and confirmation of the profile',
  isSaml: true,
  leaves: {
    'saml-destination-other': 'Destination is not compared, and not in the profile',
    'saml-status-failure': 'the status is not read where there is an assertion',
  },
  open: async (place, { fault }) => {
    const saml = new SAML({
      callbackUrl: ACS,
      issuer: place.audience,
      audience: fault === 'audience' ? false : place.audience,
      idpCert: await certificatesOf(place),
      wantAuthnResponseSigned: true,
      wantAssertionsSigned: true,
      acceptedClockSkewMs: fault === 'expiry' ? -1 : 0,
      validateInResponseTo: ValidateInResponseTo.never,
    })
    return samlInProcess(async (SAMLResponse) => {
      const { profile } = await saml.validatePostResponseAsync({ SAMLResponse })
      const confirmed = at(profile?.getAssertion?.(), ...CONFIRMED)
      const untilMs = Date.parse(String(at(confirmed, 'NotOnOrAfter')))
      const isConfirmed = at(confirmed, 'Recipient') === ACS && untilMs > Date.now()
      return (fault === 'issuer' || profile?.issuer === place.issuer) && isConfirmed
    })
  },
  faults: ['issuer', 'audience', 'expiry'],
}

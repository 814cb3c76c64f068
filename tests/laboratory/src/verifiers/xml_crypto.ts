import { X509Certificate } from 'node:crypto'
import { DOMParser, XMLSerializer } from '@xmldom/xmldom'
import { SignedXml } from 'xml-crypto'
import type { Place, Specimen, Way } from '../specimen.ts'
import { npm } from '../versions.ts'
import { ACS, certificatesOf, samlInProcess } from './saml.ts'

const parsed = (xml: string) => new DOMParser().parseFromString(xml, 'text/xml').documentElement

/** Elements of a name, wherever they are. */
const all = (root: Pick<Element, 'getElementsByTagName'> | undefined, name: string) =>
  Array.from(root?.getElementsByTagName(name) ?? [])
type Element = ReturnType<ReturnType<DOMParser['parseFromString']>['getElementsByTagName']>[number]

/** The elements that a signature of the document covers, as they were signed. */
function signedElements(xml: string, publicCert: string): string[] {
  return all(parsed(xml), 'ds:Signature').flatMap((signature) => {
    const signed = new SignedXml({ publicCert, getCertFromKeyInfo: () => null })
    signed.loadSignature(new XMLSerializer().serializeToString(signature))
    try {
      return signed.checkSignature(xml) ? signed.getSignedReferences() : []
    } catch {
      return []
    }
  })
}

/** What a service reads of a response: the assertion within what was signed, or the first there is. */
function assertionOf(xml: string, signed: readonly string[], { fault }: Way) {
  if (fault === 'first') return all(parsed(xml), 'saml:Assertion')[0]
  const response = signed.map(parsed).find((root) => root.tagName === 'samlp:Response')
  const isOurs = response?.getAttribute('Destination') === ACS
  const [status] = all(response, 'samlp:StatusCode')
  const isSuccess = status?.getAttribute('Value')?.endsWith(':Success') === true
  return isOurs && isSuccess ? all(response, 'saml:Assertion')[0] : undefined
}

function isFor(assertion: Element, place: Place, { fault }: Way): boolean {
  const first = (name: string) => all(assertion, name)[0]
  const [conditions, confirmed] = [first('saml:Conditions'), first('saml:SubjectConfirmationData')]
  const isBefore = (element: Element | undefined) =>
    Date.parse(element?.getAttribute('NotOnOrAfter') ?? '') > Date.now()
  const isSince = Date.parse(conditions?.getAttribute('NotBefore') ?? '') <= Date.now()
  return (
    (fault === 'expiry' || (isSince && isBefore(conditions) && isBefore(confirmed))) &&
    (fault === 'audience' || first('saml:Audience')?.textContent === place.audience) &&
    (fault === 'issuer' || first('saml:Issuer')?.textContent === place.issuer) &&
    confirmed?.getAttribute('Recipient') === ACS
  )
}

export const xmlCrypto: Specimen = {
  name: 'xml-crypto, read by hand',
  versions: npm('xml-crypto', '@xmldom/xmldom'),
  boundBy: 'getSignedReferences; the caller reads all claims from them',
  isSaml: true,
  open: async (place, way) => {
    const [der = ''] = await certificatesOf(place)
    const publicCert = new X509Certificate(Buffer.from(der, 'base64')).toString()
    return samlInProcess((response) => {
      const xml = Buffer.from(response, 'base64').toString()
      const signed = signedElements(xml, publicCert)
      const assertion = signed.length === 0 ? undefined : assertionOf(xml, signed, way)
      return Promise.resolve(assertion !== undefined && isFor(assertion, place, way))
    })
  },
  faults: ['first', 'issuer', 'audience', 'expiry'],
}

import { Constants, IdentityProvider, ServiceProvider, setSchemaValidator } from 'samlify'
import type { Specimen } from '../specimen.ts'
import { npm } from '../versions.ts'
import { ACS, samlInProcess } from './saml.ts'

const DAYS_MS = 2 * 86_400_000

export const samlify: Specimen = {
  name: 'samlify',
  versions: npm('samlify'),
  boundBy: 'metadata of the issuer; the caller compares audience and Destination',
  isSaml: true,
  leaves: {
    'saml-recipient-other': 'Recipient is not compared, and not in the extract',
    'saml-confirmation-expired': 'the confirmation is not read, and not in the extract',
  },
  open: async (place, { fault }) => {
    setSchemaValidator({ validate: () => Promise.resolve('not validated') })
    const idp = IdentityProvider({ metadata: await (await fetch(place.metadata)).text() })
    const sp = ServiceProvider({
      entityID: place.audience,
      wantAssertionsSigned: true,
      wantMessageSigned: true,
      ...(fault === 'expiry' && { clockDrifts: [-DAYS_MS, DAYS_MS] }),
      assertionConsumerService: [{ Binding: Constants.namespace.binding.post, Location: ACS }],
    })
    return samlInProcess(async (SAMLResponse) => {
      const { extract } = await sp.parseLoginResponse(idp, 'post', { body: { SAMLResponse } })
      const isForUs = fault === 'audience' || extract.audience === place.audience
      return isForUs && extract.response?.['destination'] === ACS
    })
  },
  faults: ['audience', 'expiry'],
}

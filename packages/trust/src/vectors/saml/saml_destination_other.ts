import { SamlForge } from '../../forge/saml.ts'
import { SAML_DESTINATION } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlDestinationOther: Vector = {
  id: 'saml-destination-other',
  family: 'saml',
  axis: 'destination',
  level: 'required',
  what: 'The response is for another address.',
  forbiddenBy: 'SAML 2.0 Core, section 3.2.2',
  settings: SAML_DESTINATION,
  forge: (forge) =>
    new SamlForge(forge).response({}, { destination: 'https://another.example/acs' }),
}

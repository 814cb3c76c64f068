import { SamlForge } from '../../forge/saml.ts'
import { SAML_AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlAudienceMissing: Vector = {
  id: 'saml-audience-missing',
  family: 'saml',
  axis: 'audience',
  level: 'required',
  what: 'The assertion names no audience.',
  forbiddenBy: 'SAML 2.0 Profiles, section 4.1.4.3',
  settings: SAML_AUDIENCE,
  forge: (forge) => new SamlForge(forge).response({ restriction: '' }),
}

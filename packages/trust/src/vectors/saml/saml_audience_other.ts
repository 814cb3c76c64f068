import { audienceOf, SamlForge } from '../../forge/saml.ts'
import { SAML_AUDIENCE } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlAudienceOther: Vector = {
  id: 'saml-audience-other',
  family: 'saml',
  axis: 'audience',
  level: 'required',
  what: 'The assertion is for another service.',
  forbiddenBy: 'SAML 2.0 Core, section 2.5.1.4',
  settings: SAML_AUDIENCE,
  forge: (forge) =>
    new SamlForge(forge).response({ restriction: audienceOf('https://another.example') }),
}

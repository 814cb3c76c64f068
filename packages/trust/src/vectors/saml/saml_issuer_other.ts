import { SamlForge } from '../../forge/saml.ts'
import { SAML_ISSUER } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlIssuerOther: Vector = {
  id: 'saml-issuer-other',
  family: 'saml',
  axis: 'issuer',
  level: 'required',
  what: 'The issuer of the assertion is another.',
  forbiddenBy: 'SAML 2.0 Profiles, section 4.1.4.3',
  settings: SAML_ISSUER,
  forge: (forge) => new SamlForge(forge).response({ issuer: 'https://attacker.example' }),
}

import { SamlForge } from '../../forge/saml.ts'
import { SAML_TIME } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlNotYet: Vector = {
  id: 'saml-not-yet',
  family: 'saml',
  axis: 'conditions',
  level: 'required',
  what: 'The assertion counts only from tomorrow.',
  forbiddenBy: 'SAML 2.0 Core, section 2.5.1.2',
  settings: SAML_TIME,
  forge: (forge) =>
    new SamlForge(forge).response({ fromS: forge.nowS + 86_400, untilS: forge.nowS + 86_700 }),
}

import { SamlForge } from '../../forge/saml.ts'
import { SAML_TIME } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlExpired: Vector = {
  id: 'saml-expired',
  family: 'saml',
  axis: 'conditions',
  level: 'required',
  what: 'The conditions of the assertion expired an hour ago.',
  forbiddenBy: 'SAML 2.0 Core, section 2.5.1.2',
  settings: SAML_TIME,
  forge: (forge) =>
    new SamlForge(forge).response({ fromS: forge.nowS - 7200, untilS: forge.nowS - 3600 }),
}

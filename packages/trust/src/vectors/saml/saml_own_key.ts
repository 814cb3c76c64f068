import { SamlForge } from '../../forge/saml.ts'
import { SAML_SIGNED } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlOwnKey: Vector = {
  id: 'saml-own-key',
  family: 'saml',
  axis: 'key',
  level: 'required',
  what: "Signed by the attacker's key.",
  forbiddenBy: 'SAML 2.0 Core, section 5.4',
  settings: SAML_SIGNED,
  forge: (forge) => new SamlForge(forge).response({}, {}, 'saml-stranger'),
}

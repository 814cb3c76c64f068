import { SamlForge } from '../../forge/saml.ts'
import { SAML_STATUS } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlStatusFailure: Vector = {
  id: 'saml-status-failure',
  family: 'saml',
  axis: 'status',
  level: 'required',
  what: 'The response says that the login failed.',
  forbiddenBy: 'SAML 2.0 Core, section 3.2.2.2',
  settings: SAML_STATUS,
  forge: (forge) => new SamlForge(forge).response({}, { status: 'Responder' }),
}

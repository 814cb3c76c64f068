import { SamlForge } from '../../forge/saml.ts'
import { SAML_CONFIRMATION } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlConfirmationExpired: Vector = {
  id: 'saml-confirmation-expired',
  family: 'saml',
  axis: 'confirmation',
  level: 'required',
  what: 'The confirmation of the subject expired an hour ago.',
  forbiddenBy: 'SAML 2.0 Profiles, section 4.1.4.3',
  settings: SAML_CONFIRMATION,
  forge: (forge) => new SamlForge(forge).response({ confirmedUntilS: forge.nowS - 3600 }),
}

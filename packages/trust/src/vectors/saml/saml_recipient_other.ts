import { SamlForge } from '../../forge/saml.ts'
import { SAML_RECIPIENT } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlRecipientOther: Vector = {
  id: 'saml-recipient-other',
  family: 'saml',
  axis: 'recipient',
  level: 'required',
  what: 'The subject is confirmed for another recipient.',
  forbiddenBy: 'SAML 2.0 Profiles, section 4.1.4.3',
  settings: SAML_RECIPIENT,
  forge: (forge) => new SamlForge(forge).response({ recipient: 'https://another.example/acs' }),
}

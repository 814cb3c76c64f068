import { SamlForge } from '../../forge/saml.ts'
import { SAML_SIGNED } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const samlUserChanged: Vector = {
  id: 'saml-user-changed',
  family: 'saml',
  axis: 'user',
  level: 'required',
  what: 'The user was changed after the response was signed.',
  forbiddenBy: 'SAML 2.0 Core, section 5.4',
  settings: SAML_SIGNED,
  forge: (forge) =>
    new SamlForge(forge)
      .response({ user: 'ada@example.org' })
      .replace('ada@example.org', 'admin@example.org'),
}

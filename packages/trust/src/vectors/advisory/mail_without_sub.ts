import { without } from '../../forge/forge.ts'
import { APPLICATION } from '../../forge/settings.ts'
import type { Vector } from '../../forge/vector.ts'

export const mailWithoutSub: Vector = {
  id: 'mail-without-sub',
  family: 'claims',
  axis: 'sub',
  level: 'advisory',
  what: 'There is no subject, only a mail address.',
  forbiddenBy: 'OpenID Connect Core 1.0, section 5.7',
  settings: APPLICATION,
  forge: (forge) =>
    forge.token({
      claims: {
        ...without(forge.claims, 'sub'),
        email: 'admin@example.org',
      },
    }),
}

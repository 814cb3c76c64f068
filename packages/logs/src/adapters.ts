import { dovecotEvents } from './dovecot/events.ts'
import { dovecotLog } from './dovecot/log.ts'
import { identityAdapters } from './identity/adapters.ts'
import type { Adapter } from './model/adapter.ts'
import { ualAdapters } from './ual/shapes.ts'

/** Every adapter that there is. The first that accepts a row reads it: the narrow come before the wide. */
export const adapters: readonly Adapter[] = [
  ...ualAdapters,
  dovecotEvents,
  dovecotLog,
  ...identityAdapters,
]

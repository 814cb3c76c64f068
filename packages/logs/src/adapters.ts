import type { Adapter } from './adapter.ts'
import { identityAdapters } from './identity/adapters.ts'
import { ualAdapters } from './ual/shapes.ts'

/** Every adapter that there is. No row is one that two of them accept. */
export const adapters: readonly Adapter[] = [...ualAdapters, ...identityAdapters]

import type { Adapter } from './adapter.ts'
import { ualAdapters } from './ual/shapes.ts'

/** Every adapter that there is. No row is one that two of them accept. */
export const adapters: readonly Adapter[] = [...ualAdapters]

/** What `mintmark trust` can do. @module */
import type { Spec } from '../process/command.ts'
import { TRUST_PROBE_COMMANDS } from './trust_probe_specs.ts'

export const TRUST_COMMANDS: readonly Spec[] = [...TRUST_PROBE_COMMANDS]

/**
 * The gate: what stands between a crash and the disk. Nothing here loads the scanner; {@link loadGateScrub} does.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import type { Scrub } from './receive.ts'

export type { Compression } from './compress.ts'
export { crashOf } from './crash.ts'
export { Inlet } from './drain.ts'
export { GateLog } from './gate_log.ts'
export type { DroppedFile } from './gate_report.ts'
export { type GateSettings, type GateState, loadState } from './gate_state.ts'
export { type GateStatus, gateStatus } from './gate_status.ts'
export { installGate, type Places, type Uninstalled, uninstallGate } from './install.ts'
export {
  type Arrival,
  arrivalOf,
  arrivalOfFile,
  type Gate,
  type GateLimits,
  type Landed,
  receiveCore,
  type Scrub,
  type Scrubbed,
} from './receive.ts'
export { selfTest } from './self_test.ts'
export { Spool } from './spool.ts'
export { FolderWatch, type WatchCount } from './watch.ts'

/**
 * @param kept public keys as `keptKey` writes them
 * @param acceptCut a core lands though the search for one of them was cut short; its report says so
 */
export async function loadGateScrub(kept: readonly Json[], acceptCut: boolean): Promise<Scrub> {
  const { gateScrub } = await import('./gate_scrub.ts')
  return gateScrub(kept, acceptCut)
}

/** The core dump gate, between crash and disk. Only {@link loadGateScrub} loads the scanner. */
import type { Json } from '@mintmark/core'
import type { Scrub } from './receive/gate.ts'

export { Inlet } from '@mintmark/scan/buffer/drain'
export { type GateSettings, type GateState, loadState } from './install/gate_state.ts'
export { type GateStatus, gateStatus } from './install/gate_status.ts'
export { installGate, type Paths, type Uninstalled, uninstallGate } from './install/install.ts'
export type { Compression } from './receive/compress.ts'
export type { Arrival, CoreOutcome, Gate, GateLimits, Scrub, Scrubbed } from './receive/gate.ts'
export { arrivalOf, arrivalOfFile, receiveCore } from './receive/receive.ts'
export { selfTest } from './receive/self_test.ts'
export { crashOf } from './spool/crash.ts'
export { GateLog } from './spool/gate_log.ts'
export type { DroppedFile } from './spool/gate_report.ts'
export { Spool } from './spool/spool.ts'
export { FolderWatch, type WatchCount } from './watch/watch.ts'

/** @param kept of `storedKey`. @param acceptCut write a core after a search cut short */
export async function loadGateScrub(kept: readonly Json[], acceptCut: boolean): Promise<Scrub> {
  const { gateScrub } = await import('./gate_scrub.ts')
  return gateScrub(kept, acceptCut)
}

/** Only what reads a core: the dying process waits while this loads. */
export { MintmarkError } from '@mintmark/core'
export { Inlet } from '@mintmark/scan/buffer/drain'
export { type GateSettings, loadState } from './install/gate_state.ts'
export type { CoreOutcome, Gate } from './receive/gate.ts'
export { arrivalOf, receiveCore } from './receive/receive.ts'
export { crashOf } from './spool/crash.ts'
export { GateLog, reasonOf } from './spool/gate_log.ts'
export { Spool } from './spool/spool.ts'

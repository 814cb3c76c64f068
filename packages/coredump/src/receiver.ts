/** The modules needed to read a core, and no others: the dying process waits while they load. @module */
export { MintmarkError } from '@mintmark/core'
export { Inlet } from '@mintmark/scan/buffer/drain'
export { type GateSettings, loadState } from './install/gate_state.ts'
export { arrivalOf, type CoreOutcome, type Gate, receiveCore } from './receive/receive.ts'
export { crashOf } from './spool/crash.ts'
export { GateLog } from './spool/gate_log.ts'
export { reasonOf } from './spool/reason.ts'
export { Spool } from './spool/spool.ts'

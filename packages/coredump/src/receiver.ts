/** What it takes to read a core, and no more: each module is loaded while a process waits. The rest follows by itself. @module */
export { MintmarkError } from '@mintmark/core'
export { Inlet } from '@mintmark/scan/buffer/drain'
export { type GateSettings, loadState } from './install/gate_state.ts'
export { arrivalOf, type CoreOutcome, type Gate, receiveCore } from './receive/receive.ts'
export { crashOf } from './spool/crash.ts'
export { GateLog } from './spool/gate_log.ts'
export { reasonOf } from './spool/reason.ts'
export { Spool } from './spool/spool.ts'

/** Errors of all packages. Throw only where there is no useful answer; else report beside it. */

/** What a program may switch on: see `docs/errors.md`. To rename a code is a major change. */
export type ErrorCode =
  | 'INPUT_CHANGED'
  | 'INPUT_INVALID'
  | 'INPUT_UNREADABLE'
  | 'CASE_BUSY'
  | 'CASE_INVALID'
  | 'CASE_MISSING'
  | 'DISK_FULL'
  | 'ENGINE_QUERY'
  | 'ENGINE_UNAVAILABLE'
  | 'ENTRY_REFUSED'
  | 'GATE_STATE'
  | 'GATE_UNFIT'
  | 'HUNT_INVALID'
  | 'LEDGER_BEHIND'
  | 'LEDGER_BUSY'
  | 'LEDGER_CLOCK'
  | 'LEDGER_DAMAGED'
  | 'LEDGER_FAILED'
  | 'LEDGER_INVALID'
  | 'LEDGER_MISSING'
  | 'OUTPUT_EXISTS'
  | 'OUTPUT_UNWRITABLE'
  | 'PROGRAM_FAILED'
  | 'PROGRAM_MISSING'

/** JSON-safe, short, and never bytes from the input. */
export type ErrorFacts = Readonly<Record<string, string | number>>

/** Base class: one subclass per package, one code per distinguishable cause. */
export class MintmarkError extends Error {
  /** Stable between releases; the message is not. */
  readonly code: ErrorCode
  readonly facts: ErrorFacts

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    this.facts = facts
  }
}

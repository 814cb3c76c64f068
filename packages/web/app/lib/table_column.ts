import type { FocusList } from '../../src/query.ts'
import type { ColumnOf } from '../../src/table.ts'

/** A column as the page draws it. */
export interface TableColumn<T> extends ColumnOf<T> {
  readonly title: string
  readonly isNumber?: boolean
  readonly isMono?: boolean
  /** May take several lines; others take one. */
  readonly wraps?: boolean
  /** Shown only where somebody chooses it. */
  readonly isExtra?: boolean
  /** Left out on a phone, unless somebody chooses it. */
  readonly isWide?: boolean
  readonly focus?: FocusList | ((row: T) => FocusList | undefined)
  /** What is drawn in place of its value. */
  readonly shows?: (row: T) => string
  /** Where its cells lead; undefined: nowhere. */
  readonly href?: (row: T) => string | undefined
  readonly max?: number
}

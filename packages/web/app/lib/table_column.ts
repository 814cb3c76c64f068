import type { FocusList } from '../../src/query.ts'
import type { ColumnOf } from '../../src/table.ts'

export interface TableColumn<T> extends ColumnOf<T> {
  readonly title: string
  readonly isNumber?: boolean
  readonly isMono?: boolean
  /** May take several lines; others take one. */
  readonly wraps?: boolean
  readonly isExtra?: boolean
  /** Left out on a phone, unless somebody chooses it. */
  readonly isWide?: boolean
  readonly focus?: FocusList | ((row: T) => FocusList | undefined)
  readonly shows?: (row: T) => string
  readonly href?: (row: T) => string | undefined
  readonly max?: number
}

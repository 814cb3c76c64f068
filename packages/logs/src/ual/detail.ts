/** What else a hunt may need of a record, as JSON text; `''` when nothing is there. Long values are cut: `cut`. */
import { isObject, type Json } from '@mintmark/core'
import type { Access } from '../model/records.ts'
import { guestName } from './actor.ts'
import { address, plain, truth, whole } from './fields.ts'
import { eachPair, list, object, structure } from './nested.ts'

const BUDGET = 32_768
const VALUE_LENGTH = 8192

const FIELDS: readonly (readonly [field: string, name: string])[] = (
  'QueryText QuerySource ScenarioName SearchQueryText Query ExchangeLocations Case ' +
  'SendAsUserSmtp SendOnBehalfOfUserSmtp recipientCount TargetUserOrGroupName ' +
  'TargetUserOrGroupType DestinationRelativeUrl DestinationFileName TargetFilePath ' +
  'TargetDomain DeviceName ApplicationDisplayName ListItemUniqueId EventData AlertId Name'
)
  .split(' ')
  .map((field) => [field, field.charAt(0).toLowerCase() + field.slice(1)])

export class Detail {
  readonly #fields = new Map<string, unknown>()
  #left = BUDGET

  set(name: string, value: unknown): void {
    const cut = this.#cut(value)
    if (cut !== '') this.#fields.set(name, cut)
  }

  /** Adds a list of pairs as a map. The last of two pairs with one name stays. */
  pairs(name: string, value: unknown): void {
    if (value === undefined || value === null) return
    const map = new Map<string, string>()
    eachPair(value, (key, each) => {
      const cut = this.#cut(each)
      if (cut !== '') map.set(key.slice(0, 200), cut)
    })
    this.#putMap(name, map)
  }

  /** Adds `ModifiedProperties`: a list of `{Name, NewValue, OldValue}`, a map of such, or a list of names. */
  modified(value: unknown): void {
    const changes = structure(value)
    if (changes === undefined) return
    const map = new Map<string, unknown>()
    const entries = isObject(changes)
      ? Object.entries(changes)
      : changes.map((each) => [undefined, each])
    for (const [key, each] of entries) {
      const isChange = isObject(each)
      const name = plain(isChange ? (key ?? each['Name'] ?? each['displayName']) : (key ?? each))
      if (name === '' || this.#left <= 0) continue
      const to = isChange ? this.#cut(each['NewValue'] ?? each['newValue']) : ''
      const from = isChange ? this.#cut(each['OldValue'] ?? each['oldValue']) : ''
      this.#left -= name.length
      map.set(name.slice(0, 200), { new: to, old: from })
    }
    this.#putMap('modifiedProperties', map)
  }

  /** Adds the ids of a list of `{ID, Type}`. */
  ids(name: string, value: unknown): void {
    const ids: string[] = []
    for (const each of list(value)) {
      const id = this.#cut(isObject(each) ? (each['ID'] ?? each['Id']) : each)
      if (id !== '') ids.push(id)
    }
    if (ids.length > 0) this.#fields.set(name, ids)
  }

  text(): string {
    if (this.#fields.size === 0) return ''
    if (this.#left <= 0) this.#fields.set('cut', true)
    // fromEntries defines, so that a name from the log such as `__proto__` is a name like any other.
    return JSON.stringify(Object.fromEntries(this.#fields))
  }

  #putMap(name: string, map: ReadonlyMap<string, unknown>): void {
    if (map.size > 0) this.#fields.set(name, Object.fromEntries(map))
  }

  #cut(value: unknown): string {
    if (value === undefined || value === null || this.#left <= 0) return ''
    const spelled = typeof value === 'object' ? jsonText(value) : plain(value)
    const cut = spelled.slice(0, Math.min(this.#left, VALUE_LENGTH))
    // Every value costs something, so that a million empty ones end too.
    this.#left -= cut.length + 8
    return cut
  }
}

/** JSON of a nested value; `''` if it is nested too deeply to write. */
export function jsonText(value: object): string {
  try {
    return JSON.stringify(value)
  } catch {
    // RangeError: a few thousand levels exhaust the call stack.
    return ''
  }
}

/** Detail of a mailbox record: little, because there are millions of them. */
export function mailDetail(
  record: Json,
  operation: string,
  mail: Pick<Access, 'items'>,
  ip: string,
): string {
  const guest = guestName(record['UserId'])
  const count = record['OperationCount']
  const isMiscounted = count !== undefined && whole(count) !== mail.items.length
  const otherIp = address(record['ClientIP'])
  const isPlainRead = operation === 'MailItemsAccessed' || operation === 'AttachmentAccess'
  const hasOtherIp = otherIp !== '' && otherIp !== ip
  if (isPlainRead && guest === '' && !isMiscounted && !hasOtherIp) return ''
  const detail = new Detail()
  detail.set('userId', guest)
  if (isMiscounted) detail.set('operationCount', whole(count))
  if (hasOtherIp) detail.set('clientIp', otherIp)
  if (!isPlainRead) addMailAction(detail, record)
  return detail.text()
}

function addMailAction(detail: Detail, record: Json): void {
  detail.pairs('operationProperties', record['OperationProperties'])
  detail.modified(record['ModifiedProperties'])
  detail.set('attachments', object(record['Item'])['Attachments'])
  const affected: string[] = []
  for (const item of list(record['AffectedItems'])) {
    if (isObject(item)) affected.push(plain(item['Attachments']))
  }
  detail.set('affectedAttachments', affected.filter((each) => each !== '').join('; '))
  detail.set('destFolder', object(record['DestFolder'])['Path'])
  const cross = record['CrossMailboxOperation'] ?? record['CrossMailboxOperations']
  if (truth(cross) === 1) detail.set('crossMailbox', true)
  addFields(detail, record)
}

export function plainDetail(record: Json): string {
  const detail = new Detail()
  detail.set('userId', guestName(record['UserId']))
  addFields(detail, record)
  detail.pairs('parameters', record['Parameters'])
  detail.pairs('operationProperties', record['OperationProperties'])
  detail.pairs('extendedProperties', record['ExtendedProperties'])
  detail.modified(record['ModifiedProperties'])
  detail.ids('targets', record['Target'])
  return detail.text()
}

function addFields(detail: Detail, record: Json): void {
  for (const [field, name] of FIELDS) {
    const value = record[field]
    if (value !== undefined && value !== null) detail.set(name, value)
  }
}

/**
 * The number by which reconcile's fast lane finds that an access and an issuance agree.
 *
 * Its highest 24 bits are those by which the tables are ordered within a bucket, so that two lists of keys can be gone
 * over side by side. Below them stand 38 bits of a hash of what is compared (token id, tenant, principal and
 * application), to which the hours since 1970 of its issuance, times {@link HOUR_STEP}, are added where they are known;
 * the two lowest bits say the kind of key.
 *
 * @module
 */
import { NO_ID } from './no_id.ts'
import { PLAIN_SOURCES } from './plain_sources.ts'

/** Bits of a key that are not the token id's own. */
export const HASH_BITS = 40

const ORDER_MASK = '18446742974197923840'
const HASH_MASK = '1099511627775'
/** A multiple of 4 near 2^64 divided by the golden ratio. */
const HOUR_STEP = '11400714819323198484'

/** Key of an issuance of nothing, or with nothing to compare. An access has 0 then, so that the two never agree. */
export const NOTHING_MADE = 1

/** Ids are ordered by their second half. */
const ORDER = `bitAnd(toUInt64(toUInt128(token_id)), ${ORDER_MASK})`

/** Kinds of key: by the principal's name or object id, with or without the hour of issuance. */
const KEY_KINDS = { name: 0, id: 1, nameHour: 2, idHour: 3 } as const

const hoursOf = (time: string): string =>
  `toUInt64(intDiv(toUnixTimestamp64Milli(${time}), 3600000)) * ${HOUR_STEP}`

/**
 * SQL for a key. `{salt}` is the case's own: two random numbers that `createTables` draws, so that nobody who forges
 * a token can look beforehand for an id that gives another's number.
 */
const keyOf = (
  tenant: string,
  who: string,
  app: string,
  added: string,
) => `bitOr(${ORDER}, bitAnd(${HASH_MASK}, ${added}
  + bitAnd(sipHash64Keyed({salt}, concat(reinterpretAsFixedString(token_id), ${tenant}, '\\0', ${who}, '\\0', ${app})), 18446744073709551612)))`

/** SQL for the key of an issuance without its hour, made of the one with it. UInt64, as the differences wrap. */
function withoutHour(column: string, kindWith: number, kind: number): string {
  const hash = `toUInt64(${column} - ${kindWith - kind} - ${hoursOf('at')})`
  return `if(${column} = ${NOTHING_MADE}, toUInt64(${NOTHING_MADE}), bitOr(bitAnd(${column}, ${ORDER_MASK}), bitAnd(${hash}, ${HASH_MASK})))`
}

/** SQL for the key of an issuance, of each kind. */
export const MADE_KEY: Readonly<Record<number, string>> = {
  [KEY_KINDS.nameHour]: 'key_name',
  [KEY_KINDS.idHour]: 'key_id',
  [KEY_KINDS.name]: withoutHour('key_name', KEY_KINDS.nameHour, KEY_KINDS.name),
  [KEY_KINDS.id]: withoutHour('key_id', KEY_KINDS.idHour, KEY_KINDS.id),
}

/** Who a token is for, by name: names of cloud users have an `@`; elsewhere any name will do. */
const IS_NAMED = `principal != '' AND (position(principal, '@') > 0 OR source IN ${PLAIN_SOURCES})`
/** Whether a row says that a token was issued that can be looked up. */
const MADE = `outcome = 'issued' AND category != 'owa-auth' AND token_id != toUUID('${NO_ID}')`

export const ISSUANCE_KEYS: readonly string[] = [
  `key_name UInt64 DEFAULT if(${MADE} AND ${IS_NAMED},
    ${keyOf('tenant', 'principal', 'app_id', `${hoursOf('at')} + ${KEY_KINDS.nameHour}`)}, ${NOTHING_MADE})`,
  `key_id UInt64 DEFAULT if(${MADE} AND principal_id != '',
    ${keyOf('tenant', 'principal_id', 'app_id', `${hoursOf('at')} + ${KEY_KINDS.idHour}`)}, ${NOTHING_MADE})`,
]

const TOKEN_TENANT = `if(token_tenant = '', tenant, token_tenant)`
const CLIENT_APP = `if(client_app_id = '', app_id, client_app_id)`
const used = (who: string, withHour: number, without: number) =>
  keyOf(
    TOKEN_TENANT,
    who,
    CLIENT_APP,
    `if(toUnixTimestamp64Milli(issued_at) > 0, ${hoursOf('issued_at')} + ${withHour}, ${without})`,
  )

export const ACCESS_KEY: string = `key UInt64 DEFAULT multiIf(
  token_state != 'present' OR token_id = toUUID('${NO_ID}'), 0,
  actor_kind != 'app' AND ${IS_NAMED}, ${used('principal', KEY_KINDS.nameHour, KEY_KINDS.name)},
  principal_id != '', ${used('principal_id', KEY_KINDS.idHour, KEY_KINDS.id)},
  0)`

/**
 * The number by which reconcile's fast lane finds that an access and an issuance agree.
 *
 * @module
 */
import { NO_ID } from './no_id.ts'
import { PLAIN_SOURCES } from './plain_sources.ts'

/** Who a token is for, by name: names of cloud users have an `@`; elsewhere any name will do. */
const IS_NAMED = `principal != '' AND (position(principal, '@') > 0 OR source IN ${PLAIN_SOURCES})`
/**
 * One number for what reconcile's fast lane compares: token id, tenant, principal and application, hashed; the
 * hours since 1970 of its issuance, times {@link HOUR_STEP}, added where they are known; and in the two lowest
 * bits the kind of key. `{salt}` is the case's own: two random numbers that `createTables` draws, so that nobody
 * who forges a token can look beforehand for an id that gives another's number.
 */
const keyBase = (tenant: string, who: string, app: string) =>
  `bitAnd(sipHash64Keyed({salt}, concat(reinterpretAsFixedString(token_id), ${tenant}, '\\0', ${who}, '\\0', ${app})), 18446744073709551612)`
/** A multiple of 4 near 2^64 divided by the golden ratio. */
export const HOUR_STEP = '11400714819323198484'
export const hoursOf = (time: string): string =>
  `toUInt64(intDiv(toUnixTimestamp64Milli(${time}), 3600000)) * ${HOUR_STEP}`
/** Kinds of key: by the principal's name or object id, with or without the hour of issuance. */
export const KEY_KINDS = { name: 0, id: 1, nameHour: 2, idHour: 3 } as const
/** Rows in which nothing was issued, or there is nothing to compare, have 0 and take the exact lane. */
const MADE = `outcome = 'issued' AND category != 'owa-auth' AND token_id != toUUID('${NO_ID}')`
export const ISSUANCE_KEYS: readonly string[] = [
  `key_name UInt64 DEFAULT if(${MADE} AND ${IS_NAMED},
    ${keyBase('tenant', 'principal', 'app_id')} + ${hoursOf('at')} + ${KEY_KINDS.nameHour}, 0)`,
  `key_id UInt64 DEFAULT if(${MADE} AND principal_id != '',
    ${keyBase('tenant', 'principal_id', 'app_id')} + ${hoursOf('at')} + ${KEY_KINDS.idHour}, 0)`,
]
const TOKEN_TENANT = `if(token_tenant = '', tenant, token_tenant)`
const CLIENT_APP = `if(client_app_id = '', app_id, client_app_id)`
export const ACCESS_KEY: string = `key UInt64 DEFAULT multiIf(
  token_state != 'present' OR token_id = toUUID('${NO_ID}'), 0,
  actor_kind != 'app' AND ${IS_NAMED}, ${keyBase(TOKEN_TENANT, 'principal', CLIENT_APP)}
    + if(toUnixTimestamp64Milli(issued_at) > 0, ${hoursOf('issued_at')} + ${KEY_KINDS.nameHour}, ${KEY_KINDS.name}),
  principal_id != '', ${keyBase(TOKEN_TENANT, 'principal_id', CLIENT_APP)}
    + if(toUnixTimestamp64Milli(issued_at) > 0, ${hoursOf('issued_at')} + ${KEY_KINDS.idHour}, ${KEY_KINDS.id}),
  0)`

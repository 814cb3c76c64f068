/** The members of rows that faults look at and change, whatever kind of log the row is of. */
import { msOf, seconds, ticks } from './times.ts'
import { type Json, type LogFile, objectOf, textOf } from './world.ts'

type Kind = LogFile['kind']

/** When the record says that it happened. */
export function timeOf(kind: Kind, data: Json): number {
  if (kind === 'audit') return msOf(textOf(data, 'CreationTime'))
  return msOf(textOf(data, kind === 'graph' ? 'TimeGenerated' : 'createdDateTime'))
}

/** The same record with all of its own times moved; the token's time of issue is the token's. */
export function shifted(kind: Kind, data: Json, byMs: number): Json {
  const at = timeOf(kind, data) + byMs
  if (kind === 'audit') return { ...data, CreationTime: seconds(at) }
  return kind === 'graph'
    ? { ...data, TimeGenerated: ticks(at) }
    : { ...data, createdDateTime: ticks(at) }
}

/** The token id as the record spells it; `''` where it has none. */
export function tokenOf(kind: Kind, data: Json): string {
  if (kind === 'audit') return textOf(objectOf(data, 'AppAccessContext'), 'UniqueTokenId')
  return textOf(data, kind === 'graph' ? 'SignInActivityId' : 'uniqueTokenIdentifier')
}

/** The same record with another token id; `undefined` takes the member away. */
export function withToken(kind: Kind, data: Json, token: string | undefined): Json {
  if (kind === 'audit') return withContext(data, 'UniqueTokenId', token)
  return withMember(data, kind === 'graph' ? 'SignInActivityId' : 'uniqueTokenIdentifier', token)
}

/** Who used the token or signed in: an address of a person, or an object id. */
export function userOf(kind: Kind, data: Json): string {
  if (kind === 'audit') return textOf(data, 'UserId')
  return textOf(data, kind === 'graph' ? 'UserId' : 'userPrincipalName')
}

export function addressOf(kind: Kind, data: Json): string {
  if (kind === 'audit') return textOf(data, addressName(data))
  return textOf(data, kind === 'graph' ? 'IPAddress' : 'ipAddress')
}

export function withAddress(kind: Kind, data: Json, ip: string | undefined): Json {
  if (kind === 'audit') return withMember(data, addressName(data), ip)
  return withMember(data, kind === 'graph' ? 'IPAddress' : 'ipAddress', ip)
}

const addressName = (data: Json) =>
  data['ClientIPAddress'] === undefined ? 'ClientIP' : 'ClientIPAddress'

/** The client application's id. */
export function appOf(kind: Kind, data: Json): string {
  if (kind === 'audit')
    return textOf(data, 'ClientAppId') || textOf(objectOf(data, 'AppAccessContext'), 'ClientAppId')
  return textOf(data, kind === 'graph' ? 'AppId' : 'appId')
}

/** The member of the audit record's token context set or, with `undefined`, taken away. */
export function withContext(data: Json, name: string, value: string | undefined): Json {
  if (data['AppAccessContext'] === undefined) return data
  const context = withMember(objectOf(data, 'AppAccessContext'), name, value)
  return { ...data, AppAccessContext: context }
}

/** The member set or, with `undefined`, taken away. */
export function withMember(data: Json, name: string, value: string | undefined): Json {
  if (value !== undefined) return { ...data, [name]: value }
  if (data[name] === undefined) return data
  const { [name]: _, ...rest } = data
  return rest
}

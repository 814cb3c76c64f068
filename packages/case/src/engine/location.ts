import { MintmarkError } from '@mintmark/core'
import type { Texts } from './rows.ts'

export interface ServerLocation extends Texts<'username password database shown'> {
  readonly nodes: readonly string[]
  /** Name of the cluster in the servers' own configuration; `''` for one server. */
  readonly cluster: string
}

const ADDRESS =
  /^(clickhouse|clickhouses|https?):\/\/(?:([^@/?]*)@)?([^/?@]+)(?:\/([^/?]*))?\/?(?:\?(.*))?$/u
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/u

export function isServerLocation(location: string): boolean {
  return /^(?:clickhouses?|https?):\/\//u.test(location)
}

/**
 * `clickhouse://user:password@host:8123,host2:8123/database?cluster=name`; HTTPS on port 8443 or
 * with `?secure=true`. Names are words only: DDL cannot bind them. `INPUT_INVALID` has no password.
 */
export function parseServerLocation(location: string): ServerLocation {
  const [, scheme = '', user = '', hosts = '', path = '', query = ''] = ADDRESS.exec(location) ?? []
  const options = new URLSearchParams(query)
  const names = hosts.split(',').filter((host) => host !== '')
  const cluster = options.get('cluster') ?? ''
  const database = decoded(path === '' ? 'default' : path)
  requireNames(names, database, cluster)
  const secure = options.get('secure') === 'true' || scheme === 'clickhouses' || scheme === 'https'
  const nodes = names.map((host) => nodeAddress(host, secure, scheme))
  const { username, password } = credentials(user)
  const shownUser = user === '' ? '' : `${username}@`
  const shownQuery = cluster === '' ? '' : `?cluster=${cluster}`
  const shown = `${scheme}://${shownUser}${names.join(',')}/${database}${shownQuery}`
  return { nodes, username: username || 'default', password, database, cluster, shown }
}

function requireNames(hosts: readonly string[], database: string, cluster: string): void {
  if (hosts.length === 0) throw invalid('it is no address of a server')
  if (!NAME.test(database)) throw invalid('the database name must be one word')
  if (cluster !== '' && !NAME.test(cluster)) throw invalid('the cluster name must be one word')
  if (hosts.length > 1 && cluster === '') throw invalid('several hosts need ?cluster=NAME')
}

function credentials(user: string): { readonly username: string; readonly password: string } {
  const colon = user.indexOf(':')
  if (colon < 0) return { username: decoded(user), password: '' }
  return { username: decoded(user.slice(0, colon)), password: decoded(user.slice(colon + 1)) }
}

function nodeAddress(host: string, secure: boolean, scheme: string): string {
  const tls = secure || (scheme === 'clickhouse' && host.endsWith(':8443'))
  const hasPort = /:\d+$/u.test(host)
  const port = hasPort || scheme.startsWith('http') ? '' : tls ? ':8443' : ':8123'
  try {
    return new URL(`${tls ? 'https' : 'http'}://${host}${port}`).origin
  } catch {
    throw invalid('a host is not well formed')
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('it has a bad percent sign')
  }
}

const invalid = (why: string): MintmarkError =>
  new MintmarkError('INPUT_INVALID', `the case's address cannot be used: ${why}`, {})

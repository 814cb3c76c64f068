/**
 * What is weighed: contexts in which something is wrong, and what the same logs show of everybody else. Counts are of
 * tokens, or of records without a token id; hours are whole hours since 1970, UTC.
 */
import type { Numbers } from '../../engine/rows.ts'
import type { Loss } from '../losses/loss.ts'
import type { Matter } from '../match/assign_verdicts.ts'

/** The properties by which a log may fail as a whole. */
export const DIMENSIONS = ['app', 'family', 'client', 'service', 'source', 'who'] as const
export type Dimension = (typeof DIMENSIONS)[number]

export const COUNTED = {
  all: [],
  app: ['app'],
  family: ['client_family'],
  client: ['client_kind'],
  service: ['service'],
  source: ['source'],
  who: ['who'],
  hour: ['hour'],
  'app-family': ['app', 'client_family'],
  'app-day': ['app', 'day'],
  'who-client-app': ['who', 'client_kind', 'app'],
  'who-client-app-day': ['who', 'client_kind', 'app', 'day'],
  'who-day': ['who', 'day'],
} as const
type Counted = keyof typeof COUNTED

/** Tokens of one principal from one network, with one client, on one day, that are all wrong in one way. */
export interface Context extends Readonly<Record<Dimension, string>> {
  readonly home: string
  readonly prefix: string
  readonly matter: Matter
  readonly day: number
  /** One element a token: the hour in which it was issued, as far as known. */
  readonly hours: readonly number[]
  /** Of these, tokens whose id is made as the token service makes ids. */
  readonly wellMade: number
  readonly reason: string
}

export interface Tenant extends Numbers<'firstHour lastHour joinedOverIpv6 lostRows rows people'> {
  readonly home: string
  /** Tokens that were explained, and records that named these: by {@link pairKey} of what is counted and its values. */
  readonly tokens: ReadonlyMap<string, number>
  readonly records: ReadonlyMap<string, number>
  /** Hours in which tokens of a principal were explained, in order: of principals with a context. */
  readonly shownHours: ReadonlyMap<string, readonly number[]>
  /** Of the tokens that were explained, the share whose network is one at which their principal signed in. */
  readonly addressFit: number
  /** Share of explained tokens whose id is made as the token service makes ids. */
  readonly wellMade: number
  /** Networks that came up after the log's first days, each with one principal: so many were explained. */
  readonly newNetworks: number
  readonly networkCount: number
  /** Of issuances, which may be its own: without silences, in which nothing is missing by itself. */
  readonly lost: readonly Loss[]
  /** It has a log of interactive sign-ins, which those of the audit log only repeat. */
  readonly hasInteractive: boolean
}

/** Accesses of a context, whatever their verdict. */
export interface Seen {
  readonly firstHour: number
  readonly days: number
}

/** What the logs know of the networks and principals of contexts; keys of {@link pairKey}. */
export interface Networks {
  /** Principal and network: the identity provider, or an explained token, puts the principal there. */
  readonly own: ReadonlySet<string>
  /** Tenant and network: several principals sign in there, or an application does. */
  readonly known: ReadonlySet<string>
  readonly seen: ReadonlyMap<string, Seen>
  /** Tenant, application and network; tenant and application. */
  readonly seenApps: ReadonlyMap<string, Seen>
  /** Explained tokens of anybody from this network, in the whole case. */
  readonly joinedFrom: ReadonlyMap<string, number>
  /** Networks of Microsoft 365, from which its services act for their users. */
  readonly served: ReadonlySet<string>
  /** Names of principals whom the logs have under several names, with one object id. */
  readonly renamed: ReadonlySet<string>
  readonly signIns: ReadonlyMap<string, number>
}

export interface Population {
  readonly contexts: readonly Context[]
  readonly tenants: ReadonlyMap<string, Tenant>
  readonly networks: Networks
  /** `tenant client-family` of clients whose tokens the mail service may have made. */
  readonly byMailService: ReadonlySet<string>
}

export const pairKey = (...parts: readonly (string | number)[]): string => parts.join('\0')

export const explained = (
  { tokens }: Pick<Tenant, 'tokens'>,
  by: Counted,
  ...values: readonly (string | number)[]
): number => tokens.get(pairKey(by, ...values)) ?? 0

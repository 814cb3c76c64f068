/**
 * How long a signing key may be in use.
 *
 * Source: NIST IR 8587 (draft of 2025-12-22), section 5.2.1.2, by secondary sources: the final text was not read.
 *
 * @module
 */

export interface Profile {
  readonly title: string
  readonly longestUseMs: number
}

const DAY_MS = 86_400_000

export const PROFILES: Readonly<Record<string, Profile>> = {
  'ir8587-multi-tenant': {
    title: 'NIST IR 8587 (draft), provider of many tenants',
    longestUseMs: 14 * DAY_MS,
  },
  'ir8587-tenant': {
    title: 'NIST IR 8587 (draft), key of one tenant',
    // Three months, at the longest three of them can be.
    longestUseMs: 92 * DAY_MS,
  },
  'on-premises': { title: 'NIST IR 8587 (draft), on premises', longestUseMs: 366 * DAY_MS },
}

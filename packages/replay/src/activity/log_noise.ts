/** How logs write one thing in many ways. */
import { NEW_OWA } from '../world/apps.ts'
import { GAP, HOUR, isWithin, type Span } from '../world/calendar.ts'
import {
  type AuditRecord,
  type FalsePositive,
  issuedFalsePositive,
  type MailPart,
  type TokenUse,
  unseenFalsePositive,
} from '../world/events.ts'
import { guidSpelling, paddedSpelling } from '../world/ids.ts'
import type { Habit } from '../world/organisations.ts'
import type { Random } from '../world/random.ts'
import { FIELDS_FROM_MS, IDS_FROM_MS } from '../world/truth.ts'
import type { Organisation } from '../world/world.ts'

const UNSEEN = ['undetermined', 'session-only'] as const

type Used = AuditRecord & { readonly token: TokenUse }
type Noise = (record: Used, random: Random) => AuditRecord | undefined

const SHARE: Partial<Record<Habit, number>> = {
  'address-with-port': 0.04,
  'anonymised-id': 0.04,
  'authentication-time': 0.04,
  'dual-stack': 0.03,
  'duplicate-rows': 0.04,
  'float-size': 0.3,
  'guid-token-id': 0.02,
  'late-rows': 0.03,
  'no-token-id': 0.04,
  'padded-token-id': 0.08,
  'throttled-absent': 0.5,
  truncated: 0.006,
  'upn-case': 0.1,
}

const NOISES: Partial<Record<Habit, Noise>> = {
  'address-with-port': (record, random) => {
    if (record.ip === '' || record.ip.includes('.') === record.ip.includes(':')) return undefined
    const port = 1024 + random.below(60_000)
    const ip = record.ip.includes(':') ? `[${record.ip}]:${port}` : `${record.ip}:${port}`
    return { ...record, ip, falsePositive: issuedFalsePositive('address-with-port') }
  },
  'anonymised-id': (record, random) =>
    withToken(record, unseenFalsePositive('anonymised-id', 'anonymised-id'), {
      spelled: random.pick(['ANONYMIZED', 'AAAAAAAAAAAAAAAAAAAAAA', '0000000000000000000000']),
    }),
  'authentication-time': (record, random) =>
    withToken(record, issuedFalsePositive('authentication-time'), {
      issuedAtMs: record.token.issuedAtMs - HOUR - random.below(4 * HOUR),
    }),
  'dual-stack': (record) =>
    record.ip.startsWith('198.18.')
      ? {
          ...record,
          ip: `2001:db8:ff00::${record.ip.slice(7).replaceAll('.', ':')}`,
          falsePositive: issuedFalsePositive('dual-stack'),
        }
      : undefined,
  'duplicate-rows': (record, random) => ({ ...record, copies: 2 + random.below(2) }),
  'float-size': (record) =>
    withMail(record, issuedFalsePositive('float-size'), { floatSizes: true }),
  'guid-token-id': (record) =>
    withToken(record, issuedFalsePositive('guid-token-id'), {
      spelled: guidSpelling(record.token.spelled),
    }),
  'late-rows': (record, random) => ({
    ...record,
    deliveredMs: record.atMs + random.below(20 * HOUR),
  }),
  'no-token-id': (record, random) => ({
    ...record,
    sessionId: random.chance(0.5) ? record.token.session : '',
    token: undefined,
    falsePositive: unseenFalsePositive('no-token-id', 'no-token-id', 'field-not-carried'),
  }),
  'padded-token-id': (record) =>
    withToken(record, issuedFalsePositive('padded-token-id'), {
      spelled: paddedSpelling(record.token.spelled),
    }),
  'throttled-absent': (record) =>
    record.mail?.accessType === 'Bind'
      ? withMail(record, issuedFalsePositive('throttled-absent'), { throttled: '' })
      : undefined,
  truncated: (record) => ({ ...record, cut: true }),
  'upn-case': (record) => ({
    ...record,
    userId: record.userId.replaceAll(/(^|\.)[a-z]/g, (start) => start.toUpperCase()),
    falsePositive: issuedFalsePositive('upn-case'),
  }),
}

const withToken = (
  record: Used,
  falsePositive: FalsePositive,
  change: Partial<TokenUse>,
): AuditRecord => ({
  ...record,
  token: { ...record.token, ...change },
  falsePositive,
})

const withMail = (
  record: AuditRecord,
  falsePositive: FalsePositive,
  change: Partial<MailPart>,
): AuditRecord | undefined =>
  record.mail === undefined
    ? undefined
    : { ...record, mail: { ...record.mail, ...change }, falsePositive }

export function withNoise(of: Organisation, record: AuditRecord, random: Random): AuditRecord {
  const { token, falsePositive } = record
  if (falsePositive !== undefined || token === undefined) return record
  for (const habit of of.habits) {
    const share = SHARE[habit]
    if (share === undefined || !random.chance(share)) continue
    const noisy = NOISES[habit]?.({ ...record, token }, random)
    if (noisy !== undefined) return noisy
  }
  return record
}

export function exportFalsePositive(
  of: Organisation,
  window: Span,
  token: TokenUse | undefined,
  atMs: number,
): FalsePositive | undefined {
  if (token === undefined) return undefined
  return unseenByExport(of, window, token, atMs) ?? odd(of, token)
}

function unseenByExport(
  of: Organisation,
  window: Span,
  token: TokenUse,
  atMs: number,
): FalsePositive | undefined {
  const has = (habit: Habit) => of.habits.includes(habit)
  if (has('ids-lost') && atMs < IDS_FROM_MS) return unseenFalsePositive('ids-lost', 'no-token-id')
  if (has('no-non-interactive') && token.origin === 'non-interactive')
    return unseenFalsePositive('no-non-interactive', 'category-not-supplied')
  if (has('field-drift') && token.madeMs < FIELDS_FROM_MS)
    return {
      ...unseenFalsePositive('field-drift', 'field-not-carried'),
      verdicts: [...UNSEEN, 'issued'],
    }
  if (has('portal-grouped') && token.origin !== 'interactive')
    return {
      ...unseenFalsePositive('portal-grouped', 'portal-grouped'),
      verdicts: [...UNSEEN, 'issued'],
    }
  if (token.origin !== 'none' && token.madeMs < window.fromMs)
    return unseenFalsePositive('before-window', 'before-issuance-window')
  if (has('extractor-gap') && token.origin === 'owa' && isWithin(GAP, token.madeMs))
    return unseenFalsePositive('extractor-gap', 'export-capped', 'owa-issuer-not-supplied')
  return undefined
}

function odd(of: Organisation, token: TokenUse): FalsePositive | undefined {
  if (of.habits.includes('app-migration') && token.clientAppId === NEW_OWA.id)
    return issuedFalsePositive('app-migration')
  return of.habits.includes('ascii-token-id') ? issuedFalsePositive('ascii-token-id') : undefined
}

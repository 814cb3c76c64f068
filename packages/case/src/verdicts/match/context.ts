/**
 * In which context a token was used, as SQL over the columns of an access. A forger chooses id, times, session, client
 * and application of a token, but not the address that the server saw, nor the owner's earlier accesses.
 *
 * @module
 */
import { APP } from '../../store/access_sql.ts'
import { homeName } from './agreement.ts'

/** Whose token it is: the name where there is one, else the object id, else the application. */
export const WHO: string = `multiIf(position(principal, '@') > 0, ${homeName('lower(principal)')},
  principal_id != '', lower(principal_id), principal != '', lower(principal),
  lower(${APP}))`

/** Every name under which the logs may have the same principal. */
export const NAMES: string = `arrayDistinct(arrayFilter(one -> one != '',
  [${homeName('lower(principal)')}, lower(principal_id)]))`

/** Private, shared and link-local addresses name no network. */
const NO_NETWORK =
  '^(10|127)[.]|^192[.]168[.]|^169[.]254[.]|^172[.](1[6-9]|2[0-9]|3[01])[.]|^100[.](6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])[.]|^f[cd][0-9a-f]{2}:|^fe[89ab][0-9a-f]:|^::1$'

/** The network of an address: /24, or /48; `''` where the address names none. */
export const PREFIX: string = `if(ip = '' OR match(ip, '${NO_NETWORK}'), '', cutIPv6(toIPv6OrZero(ip), 10, 1))`

/** The kind of client: `owa`, `rest`, `mozilla`, `python-requests`. */
export const FAMILY: string = `lower(if(position(client, 'lient=') > 0, extract(client, '[Cc]lient=([A-Za-z]+)'),
  extract(client, '^[A-Za-z][A-Za-z_-]*')))`

/** The client without its version numbers. */
export const CLIENT: string = `replaceRegexpAll(client, '[0-9]+([._][0-9]+)*', '#')`

/** How the token service makes ids: version 4, and a last byte of 0, 1 or 2 in all that were ever seen. */
export const IS_WELL_MADE: string = `(substring(toString(token_id), 15, 1) = '4' AND substring(toString(token_id), 35, 2) IN ('00', '01', '02'))`

/** Where the identity provider's own records put principals, from a table with the columns of `issuance`. */
export const signedIn = (issuances: string): string => `
  SELECT DISTINCT arrayJoin(${NAMES}) AS who, ${PREFIX} AS prefix FROM (
    SELECT DISTINCT principal, principal_id, ip FROM ${issuances}
    WHERE outcome = 'issued' AND category != 'owa-auth' AND ip != '')`

/**
 * Addresses of Microsoft 365 itself, from which it acts for its users (Outlook mobile, Teams, search, transport). Not
 * Azure's ranges, from which anybody can rent a machine, nor the exits of Microsoft's own offices.
 *
 * Source: "Office 365 URLs and IP address ranges" (Exchange Online, and Microsoft 365 Common for Entra ID), 2026-11;
 * for mailbox servers, hosts of prod.outlook.com in message headers. A range that is missing makes more hits, never
 * fewer.
 *
 * @module
 */
import { readNetwork } from '../store/network.ts'

const EXCHANGE_ONLINE = `
  13.107.6.152/31 13.107.18.10/31 13.107.128.0/22 23.103.160.0/20 40.92.0.0/15 40.96.0.0/13
  40.104.0.0/15 40.107.0.0/16 52.96.0.0/14 52.100.0.0/14 104.47.0.0/17 131.253.33.215/32
  132.245.0.0/16 150.171.32.0/22 204.79.197.215/32 2603:1006::/40 2603:1016::/36 2603:1026::/36
  2603:1036::/36 2603:1046::/36 2603:1056::/36 2620:1ec:4::152/128 2620:1ec:4::153/128
  2620:1ec:c::10/128 2620:1ec:c::11/128 2620:1ec:d::10/128 2620:1ec:d::11/128 2620:1ec:8f0::/46
  2620:1ec:900::/46 2620:1ec:a92::152/128 2620:1ec:a92::153/128 2a01:111:f400::/48 2a01:111:f403::/48`

const ENTRA_ID = `
  20.20.32.0/19 20.190.128.0/18 20.231.128.0/19 40.126.0.0/18 2603:1006:2000::/48 2603:1007:200::/48
  2603:1016:1400::/48 2603:1017::/48 2603:1026:3000::/48 2603:1027:1::/48 2603:1036:3000::/48
  2603:1037:1::/48 2603:1046:2000::/48 2603:1047:1::/48 2603:1056:2000::/48 2603:1057:2::/48`

/** By region: Asia, Europe, North America, Australia, Latin America. */
const MAILBOX_SERVERS = `
  2603:1096::/36 2603:10a6::/36 2603:10b6::/36 2603:10c6::/36 2603:10d6::/36`

/** First and last address of each, in IPv6 text. */
export function serviceNetworks(): { readonly first: string; readonly last: string }[] {
  return `${EXCHANGE_ONLINE} ${ENTRA_ID} ${MAILBOX_SERVERS}`
    .trim()
    .split(/\s+/)
    .map((spelled) => {
      const network = readNetwork(spelled)
      if (network === undefined) throw new TypeError(`${spelled} is no network`)
      return network
    })
}

/** Lists that this program brings along, which hunts and verdicts use. */

import { readFileSync } from 'node:fs'
import { readNetwork } from './network.ts'

export const linesOf = (name: string): string[] =>
  readFileSync(new URL(`../../hunts/${name}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

/** First and last address of each, in IPv6 text. */
export function serviceNetworks(): { readonly first: string; readonly last: string }[] {
  return linesOf('service_networks').flatMap((line) =>
    line.split(' ').map((spelled) => {
      const network = readNetwork(spelled)
      if (network === undefined) throw new TypeError(`${spelled} is no network`)
      return network
    }),
  )
}

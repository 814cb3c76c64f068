/**
 * Keys with published private halves, by RFC 7638 thumbprint: those of standards, beside the list of `scan`.
 *
 * @module
 */
import { selfTestOrigin } from '@mintmark/keys/public_half/self_test_keys'
import type { ListedKey } from '../sources/key.ts'

const STANDARDS: ReadonlyMap<string, string> = new Map([
  ['NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs', 'RFC 7517, appendix A.1'],
  ['cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s', 'RFC 7517, appendix A.2'],
  ['oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U', 'RFC 7515, appendix A.3'],
  ['dHri3SADZkrush5HU_50AoRhcKFryN-PI6jPBtPL55M', 'RFC 7520, section 3.2'],
  ['9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI', 'RFC 7520, section 3.4'],
  ['kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k', 'RFC 8037, appendix A'],
])

/** Who published the private half of a key; undefined where that is not known. */
export function publisherOf({ thumbprint, spkiSha256 }: ListedKey): string | undefined {
  return STANDARDS.get(thumbprint) ?? selfTestOrigin(spkiSha256)
}

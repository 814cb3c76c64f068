import type { Session } from '../session.ts'
import type { Loss } from './loss.ts'

export async function lostInHoles(_session: Session): Promise<Loss[]> {
  return []
}

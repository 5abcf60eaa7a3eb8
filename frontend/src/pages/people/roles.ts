import type { Project } from '@/api/types'

export const ROLES = ['annotator', 'reviewer', 'researcher', 'admin'] as const satisfies Project['role'][]
export type Role = (typeof ROLES)[number]

export function asRole(value: string | null): Role {
  return ROLES.find((role) => role === value) ?? 'annotator'
}

import { describe, expect, it } from 'vitest'
import { sectionsFor } from './sections'

describe('sections', () => {
  it('shows an annotator the work and nothing of the administration', () => {
    expect(sectionsFor({ actions: ['label', 'see'] })).toEqual(['overview', 'label', 'mine'])
  })

  it('shows an admin everything', () => {
    const all = sectionsFor({ actions: ['manage', 'settle', 'browse', 'work', 'label', 'see'] })
    expect(all).toContain('settings')
    expect(all).toHaveLength(13)
  })

  it('lets a researcher browse without settling or managing', () => {
    const open = sectionsFor({ actions: ['browse', 'work', 'label', 'see'] })
    expect(open).toContain('data')
    expect(open).toContain('try')
    expect(open).not.toContain('review')
    expect(open).not.toContain('people')
  })
})

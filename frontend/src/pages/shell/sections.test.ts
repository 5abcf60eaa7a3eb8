import { describe, expect, it } from 'vitest'
import { sectionsFor } from './sections'

describe('sections', () => {
  it('shows an annotator the work and nothing of the administration', () => {
    expect(sectionsFor({ actions: ['label', 'see'] })).toEqual(['overview', 'label', 'mine', 'me'])
  })

  it('shows an admin everything', () => {
    const all = sectionsFor({ actions: ['manage', 'settle', 'browse', 'work', 'label', 'see'] })
    expect(all).toContain('settings')
    expect(all).toHaveLength(14)
  })

  it('lets a reviewer see how people do', () => {
    const open = sectionsFor({ actions: ['settle', 'browse', 'label', 'see'] })
    expect(open).toContain('people')
    expect(open).not.toContain('settings')
  })

  it('lets a researcher browse without settling or managing', () => {
    const open = sectionsFor({ actions: ['browse', 'work', 'label', 'see'] })
    expect(open).toContain('data')
    expect(open).toContain('try')
    expect(open).not.toContain('review')
    expect(open).not.toContain('people')
  })
})

import { describe, expect, it } from 'vitest'
import { folders, fromDrop, fromInput, isWanted } from './walk'

function fileEntry(name: string): FileSystemFileEntry {
  const entry = {
    name,
    isFile: true,
    isDirectory: false,
    file: (got: (file: File) => void) => got(new File(['x'], name)),
  }
  return entry as unknown as FileSystemFileEntry
}

/** A folder whose reader gives two entries at a time, as browsers give a hundred. */
function folderEntry(name: string, inside: FileSystemEntry[]): FileSystemDirectoryEntry {
  const createReader = () => {
    let at = 0
    return {
      readEntries: (got: (entries: FileSystemEntry[]) => void) => {
        got(inside.slice(at, at + 2))
        at += 2
      },
    }
  }
  return { name, isFile: false, isDirectory: true, createReader } as unknown as FileSystemDirectoryEntry
}

function dropped(entries: (FileSystemEntry | null)[], files: File[] = []): DataTransfer {
  const items = entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry }))
  return { items, files } as unknown as DataTransfer
}

describe('fromDrop', () => {
  it('walks folders to their ends and keeps the paths', async () => {
    const tree = folderEntry('pets', [
      folderEntry('cat', [fileEntry('1.jpg'), fileEntry('2.jpg'), fileEntry('3.jpg'), fileEntry('.DS_Store')]),
      folderEntry('dog', [fileEntry('4.png')]),
      folderEntry('__MACOSX', [fileEntry('5.png')]),
    ])
    const found = await fromDrop(dropped([tree, fileEntry('all.zip')]))
    expect(found.map(({ path }) => path)).toEqual([
      'pets/cat/1.jpg',
      'pets/cat/2.jpg',
      'pets/cat/3.jpg',
      'pets/dog/4.png',
      'all.zip',
    ])
  })

  it('takes the plain files where a browser knows no entries', async () => {
    const found = await fromDrop(dropped([null], [new File(['x'], 'a.jpg')]))
    expect(found.map(({ path }) => path)).toEqual(['a.jpg'])
  })
})

describe('paths', () => {
  it('leaves out what operating systems leave behind', () => {
    expect(['a/.DS_Store', 'Thumbs.db', 'x/.git/y.png', '__MACOSX/a.jpg', ''].filter(isWanted)).toEqual([])
    expect(isWanted('a.b/c..jpg')).toBe(true)
    expect(isWanted(`${'d/'.repeat(600)}a.jpg`)).toBe(false)
  })

  it('names the folders directly above the files', () => {
    const given = ['r/cat/1.jpg', 'r/cat/2.jpg', 'r/dog/3.jpg', '4.jpg'].map((path) => ({
      path,
      file: new File([], path),
    }))
    expect(folders(given)).toEqual([
      ['cat', 2],
      ['dog', 1],
    ])
    expect(folders(fromInput([new File([], 'a.jpg')]))).toEqual([])
  })
})

/** A file system of a few megabytes in memory, for what happens when it is full. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** Why this user may not mount one, for the title of what is skipped then; empty where that works. */
export function whyNoSmallDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-disk-'));
  try {
    mount(folder, 1_000_000);
    execFileSync('umount', [folder]);
    return '';
  } catch (error) {
    return ` (skipped: no small disk to be had: ${(error as Error).message.trim()})`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns the folder of one that is gone after the test. */
export function smallDisk(bytes: number): string {
  const folder = temporaryFolder();
  mount(folder, bytes);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

/** From now on it has so many bytes. */
export function growDisk(folder: string, bytes: number): void {
  execFileSync('mount', ['-o', `remount,size=${bytes}`, folder], { stdio: 'pipe' });
}

function mount(folder: string, bytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'pipe' });
}

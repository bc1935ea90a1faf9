/**
 * The topic exchange: routing keys are words between dots; in a binding key `*` stands for one word and `#` for any number
 * (AMQP 0-9-1 section 3.1.3.3). Binding keys make a trie of words, so that a match visits only what can match.
 */
import type { Binding } from './binding.ts';
import { Exchange } from './exchange.ts';
import type { RoutedMessage } from './routed-message.ts';

class TrieNode {
  readonly children = new Map<string, TrieNode>();
  readonly bindings = new Set<Binding>();

  get empty(): boolean {
    return this.children.size === 0 && this.bindings.size === 0;
  }
}

export class TopicExchange extends Exchange {
  readonly type = 'topic';
  #root = new TrieNode();

  match(message: RoutedMessage, found: (binding: Binding) => void): void {
    for (const key of message.routingKeys) this.#match(wordsOf(key), found);
  }

  #match(words: readonly string[], found: (binding: Binding) => void): void {
    // Several `#` in one key may reach a node by more than one way; each node counts once.
    const seen = new Set<TrieNode>();
    const reach = (node: TrieNode): void => {
      if (seen.has(node)) return;
      seen.add(node);
      node.bindings.forEach(found);
    };
    /** Of a `#` the first word from which on it was tried. */
    const tried = new Map<TrieNode, number>();
    const walk = (node: TrieNode, at: number): void => {
      if (at === words.length) reach(node);
      else {
        const word = node.children.get(words[at]);
        if (word !== undefined) walk(word, at + 1);
        const star = node.children.get('*');
        if (star !== undefined && star !== word) walk(star, at + 1);
      }
      const hash = node.children.get('#');
      if (hash !== undefined) walkHash(hash, at);
    };
    // `#` takes none, one or more of the words that are left. Work stays bounded by nodes times words.
    const walkHash = (node: TrieNode, from: number): void => {
      const end = tried.get(node) ?? words.length + 1;
      if (from >= end) return;
      tried.set(node, from);
      for (let at = from; at < end; at++) walk(node, at);
    };
    walk(this.#root, 0);
  }

  protected added(binding: Binding): void {
    let node = this.#root;
    for (const word of wordsOf(binding.routingKey)) {
      let child = node.children.get(word);
      if (child === undefined) node.children.set(word, (child = new TrieNode()));
      node = child;
    }
    node.bindings.add(binding);
  }

  protected removed(binding: Binding): void {
    this.#remove(this.#root, wordsOf(binding.routingKey), 0, binding);
  }

  protected emptied(): void {
    this.#root = new TrieNode();
  }

  #remove(node: TrieNode, words: readonly string[], at: number, binding: Binding): void {
    if (at === words.length) {
      node.bindings.delete(binding);
      return;
    }
    const child = node.children.get(words[at]);
    if (child === undefined) return;
    this.#remove(child, words, at + 1, binding);
    if (child.empty) node.children.delete(words[at]);
  }
}

/** An empty key has no words; `a.` has two, the second empty, as in RabbitMQ. */
function wordsOf(key: string): readonly string[] {
  return key === '' ? [] : key.split('.');
}

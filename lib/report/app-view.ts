import type { Template } from '../template/template';
import type { Resource } from '../template/resource';
import type { Accepted } from './accepted';
import { acceptedIn } from './accepted';
import type { StackView } from './reader/load';
import { Names } from './reader/names';
import { Reader } from './reader/reader';

/** The app as a whole, for what one stack says about another. */
export class AppView {
  public readonly readers: Reader[];

  private readonly byTemplate: Map<Template, Reader>;
  private readonly accepted: Map<Template, Accepted[]>;

  public constructor(views: StackView[]) {
    const names = new Names(views);
    this.readers = views.map((view) => new Reader(view, names));
    this.byTemplate = new Map(this.readers.map((reader) => [reader.template, reader]));
    this.accepted = new Map(this.readers.map((reader) => [reader.template, acceptedIn(reader, views)]));
  }

  /** for somebody who reads about the stack of a resource */
  public readerOf(resource: Resource): Reader {
    const reader = this.byTemplate.get(resource.template);
    if (reader === undefined) {
      throw new Error(`${resource.logicalId} is of another app`);
    }
    return reader;
  }

  public acceptedIn(template: Template): Accepted[] {
    return this.accepted.get(template) ?? [];
  }
}

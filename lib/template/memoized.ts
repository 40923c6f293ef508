/** A function of one object that is asked once for each, as long as somebody else keeps the object. */
export function memoized<Key extends object, Result extends object>(make: (key: Key) => Result): (key: Key) => Result {
  const known = new WeakMap<Key, Result>();
  return (key) => {
    const result = known.get(key) ?? make(key);
    known.set(key, result);
    return result;
  };
}

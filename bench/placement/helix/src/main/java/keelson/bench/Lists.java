package keelson.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Preference lists and the states they stand for. */
final class Lists {
  private Lists() {}

  /** The first of a list is MASTER, the others are SLAVE. */
  static Map<String, String> states(List<String> list) {
    Map<String, String> states = new HashMap<>();
    for (int i = 0; i < list.size(); i++) {
      states.put(list.get(i), i == 0 ? "MASTER" : "SLAVE");
    }
    return states;
  }
}

//! Files of models that are on their way, in the order in which they were asked for: whatever is asked last of a name has the last
//! word on it.

/// A file that is on its way.
struct Order<T> {
    /// Of the model.
    name: String,
    /// What tells it from other files of that name.
    sha256: String,
    is_given_up: bool,
    what: T,
}

/// All of them.
pub struct Awaited<T>(Vec<Order<T>>);

impl<T> Default for Awaited<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Awaited<T> {
    /// Waits for a file, and no longer for others of its name.
    pub fn begin(&mut self, name: String, sha256: String, what: T) {
        self.give_up(&name, Some(&sha256));
        self.0.push(Order { name, sha256, is_given_up: false, what });
    }

    /// Waits no longer for files of this name, but for this one.
    pub fn give_up(&mut self, name: &str, but: Option<&str>) {
        let others = self.0.iter_mut().filter(|order| order.name == name && Some(order.sha256.as_str()) != but);
        others.for_each(|order| order.is_given_up = true);
    }

    /// One that has come to its end, as `end` says, or was given up and comes to nothing; each once.
    pub fn ended<R>(&mut self, mut end: impl FnMut(&mut T) -> Option<R>) -> Option<(T, Option<R>)> {
        let mut ended =
            |order: &mut Order<T>| if order.is_given_up { Some(None) } else { end(&mut order.what).map(Some) };
        let mut all = self.0.iter_mut().enumerate();
        let (at, came) = all.find_map(|(at, order)| Some((at, ended(order)?)))?;
        Some((self.0.remove(at).what, came))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What has come to its end, one after the other, where the network has brought these numbers.
    fn ended(awaited: &mut Awaited<u32>, brought: &[u32]) -> Vec<(u32, bool)> {
        let mut end = || awaited.ended(|number| brought.contains(number).then_some(()));
        std::iter::from_fn(|| end().map(|(number, came)| (number, came.is_some()))).collect()
    }

    fn asked(files: &[(&str, &str)]) -> Awaited<u32> {
        let mut awaited = Awaited::default();
        for (number, (name, sha256)) in (0..).zip(files) {
            awaited.begin((*name).to_owned(), (*sha256).to_owned(), number);
        }
        awaited
    }

    #[test]
    fn files_come_as_they_are_brought_and_each_once() {
        let mut awaited = asked(&[("zeros", "a"), ("digits", "b"), ("faces", "c")]);
        assert!(ended(&mut awaited, &[]).is_empty());
        assert_eq!(ended(&mut awaited, &[1]), [(1, true)]);
        assert_eq!(ended(&mut awaited, &[0, 1, 2]), [(0, true), (2, true)]);
        assert!(ended(&mut awaited, &[0, 1, 2]).is_empty());
    }

    #[test]
    fn a_file_that_was_opened_meanwhile_keeps_its_name() {
        let mut awaited = asked(&[("zeros", "of the site"), ("digits", "b")]);
        awaited.give_up("zeros", Some("of the user"));
        // Whether it has been brought by now or not.
        assert_eq!(ended(&mut awaited, &[0, 1]), [(0, false), (1, true)]);
        // The same file may come: it changes nothing.
        let mut awaited = asked(&[("zeros", "of the site")]);
        awaited.give_up("zeros", Some("of the site"));
        assert_eq!(ended(&mut awaited, &[0]), [(0, true)]);
    }

    #[test]
    fn what_was_closed_meanwhile_is_not_opened_and_what_is_asked_after_that_is() {
        let mut awaited = asked(&[("zeros", "a")]);
        awaited.give_up("zeros", None);
        awaited.begin("zeros".into(), "a".into(), 1);
        assert_eq!(ended(&mut awaited, &[]), [(0, false)]);
        assert_eq!(ended(&mut awaited, &[0, 1]), [(1, true)]);
    }

    #[test]
    fn of_two_files_of_a_name_the_one_that_was_asked_for_last_is_opened() {
        let mut awaited = asked(&[("zeros", "old"), ("zeros", "new")]);
        assert_eq!(ended(&mut awaited, &[]), [(0, false)]);
        assert_eq!(ended(&mut awaited, &[1]), [(1, true)]);
        // Whoever asks for the same is answered, too.
        let mut awaited = asked(&[("zeros", "a"), ("zeros", "a")]);
        assert_eq!(ended(&mut awaited, &[0, 1]), [(0, true), (1, true)]);
    }
}

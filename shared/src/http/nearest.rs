//! Which route a caller meant whose path or method the API does not have.

use axum::http::Method;

use super::route::Route;

/// How many letters of a word may be wrong, if that is not more than a third of them.
const MOST_SLIPS: usize = 2;

/// The methods of a path, as in `Allow`.
pub(super) fn methods(routes: &[Route], path: &str) -> String {
    let mut methods = Vec::new();
    for route in routes.iter().filter(|route| route.path == path) {
        methods.push(route.method.as_str());
        if route.method == Method::GET {
            methods.push(Method::HEAD.as_str());
        }
    }
    methods.join(", ")
}

/// The route that the caller meant, if one is near: the path is the same without regard to `/api`, the
/// version, the case of letters, superfluous slashes and a slip of the keyboard. Where the path has led to a
/// pattern with other methods, `asked`, a route is near only when it has fewer parameters.
pub(super) fn route<'a>(
    routes: &'a [Route],
    method: &Method,
    path: &str,
    asked: Option<&str>,
) -> Option<&'a Route> {
    let limit = asked.map_or(usize::MAX, parameters);
    let distance = |route: &'a Route| {
        let (other_method, parameters) = (route.method != method, parameters(route.path));
        // Another method as well as a parameter, which may be anything, is too far.
        let is_far = parameters >= limit || (other_method && parameters > 0);
        let slips = slips(route.path, path).filter(|_| !is_far)?;
        Some(((other_method, parameters, slips), route))
    };
    let nearest = routes.iter().filter_map(distance).min_by_key(|(distance, _)| *distance);
    nearest.map(|(_, route)| route).or_else(|| change_of(routes, method, asked?))
}

/// The route that changes what is read at `asked`: most APIs have a PATCH there.
fn change_of<'a>(routes: &'a [Route], method: &Method, asked: &str) -> Option<&'a Route> {
    let wants_change = [Method::PATCH, Method::PUT].contains(method);
    let (folder, _) = asked.rsplit_once('/').filter(|_| wants_change)?;
    let is_beside = |path: &str| path.rsplit_once('/').is_some_and(|(own, _)| own == folder);
    let changes = |route: &&Route| route.method == Method::PATCH && route.path != asked;
    routes.iter().filter(changes).find(|route| is_beside(route.path))
}

fn parameters(pattern: &str) -> usize {
    segments(pattern).filter(|segment| is_parameter(segment)).count()
}

/// How many letters of the path are wrong for that pattern, unless they are too many.
fn slips(pattern: &str, path: &str) -> Option<usize> {
    if segments(pattern).count() != segments(path).count() {
        return None;
    }
    let slips = |(pattern, segment): (&str, &str)| {
        if is_parameter(pattern) {
            return Some(0);
        }
        let most = MOST_SLIPS.min(pattern.len() / 3);
        // However long the segment is.
        if pattern.len().abs_diff(segment.len()) > most {
            return None;
        }
        let distance = strsim::osa_distance(pattern, &segment.to_ascii_lowercase());
        (distance <= most).then_some(distance)
    };
    segments(pattern).zip(segments(path)).map(slips).sum()
}

/// The segments of a path, without its prefix and without empty ones.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let is_prefix = |segment: &&str| {
        let version = segment.strip_prefix(['v', 'V']);
        segment.eq_ignore_ascii_case("api")
            || version.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    path.split('/').filter(|segment| !segment.is_empty()).skip_while(is_prefix)
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::CallerQuota;

    const ROUTES: [(Method, &str); 4] = [
        (Method::PATCH, "/api/v1/users/username"),
        (Method::PATCH, "/v1/users/update"),
        (Method::POST, "/v1/users"),
        (Method::GET, "/v1/users/{userId}"),
    ];

    fn routes() -> Vec<Route> {
        let quota = CallerQuota::Read;
        let route = |(method, path)| Route { operation: "", method, path, quota };
        ROUTES.map(route).into()
    }

    #[test]
    fn the_route_that_was_meant_is_found() {
        let routes = routes();
        for (method, path, asked, meant) in [
            // Dropped, added, and with another version.
            ("PATCH", "/v1/users/username", Some("/v1/users/{userId}"), "/api/v1/users/username"),
            ("PATCH", "/api/v1/users/update", None, "/v1/users/update"),
            ("PATCH", "/users/update", None, "/v1/users/update"),
            ("PATCH", "/api/v2/users/username", None, "/api/v1/users/username"),
            ("POST", "/api/v1/users", None, "/v1/users"),
            ("GET", "/api/v1/users/5b8c", None, "/v1/users/{userId}"),
            // Spelt otherwise.
            ("PATCH", "/v1/Users/Update/", None, "/v1/users/update"),
            ("PATCH", "//api/v1/users//username", None, "/api/v1/users/username"),
            // With another method: what has no parameter is nearer.
            ("PUT", "/v1/users/username", Some("/v1/users/{userId}"), "/api/v1/users/username"),
            ("PUT", "/users/update", None, "/v1/users/update"),
            // With slips of the keyboard.
            ("PATCH", "/api/v1/users/usernam", None, "/api/v1/users/username"),
            ("PATCH", "/v1/users/udpate", Some("/v1/users/{userId}"), "/v1/users/update"),
            ("PATCH", "/v1/user/update", None, "/v1/users/update"),
            ("POST", "/v1/usres", None, "/v1/users"),
            // As other APIs have it.
            ("PATCH", "/v1/users/5b8c", Some("/v1/users/{userId}"), "/v1/users/update"),
            ("PUT", "/v1/users/5b8c", Some("/v1/users/{userId}"), "/v1/users/update"),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let found = route(&routes, &method, path, asked).map(|route| route.path);
            assert_eq!(found, Some(meant), "{method} {path}");
        }
    }

    #[test]
    fn nothing_is_near_to_a_path_of_another_kind() {
        for path in [
            "/",
            "",
            "/nowhere",
            "/v1/users/a/b",
            "/api",
            "/v1",
            "/users/update/x",
            "/v1/xyz",
            "/{userId}",
        ] {
            assert!(route(&routes(), &Method::GET, path, None).is_none(), "{path}");
        }
    }

    #[test]
    fn a_path_that_is_right_means_no_other_route() {
        for (method, path) in [
            (Method::PUT, "/api/v1/users/username"),
            (Method::GET, "/api/v1/users/username"),
            (Method::GET, "/v1/users/update"),
            (Method::DELETE, "/v1/users/{userId}"),
        ] {
            assert!(route(&routes(), &method, path, Some(path)).is_none(), "{method} {path}");
        }
    }

    #[test]
    fn a_get_has_head_as_well() {
        assert_eq!(methods(&routes(), "/v1/users/{userId}"), "GET, HEAD");
        assert_eq!(methods(&routes(), "/v1/users/update"), "PATCH");
    }
}

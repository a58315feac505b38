use super::*;
use crate::{
    Checksum, SecretKey, SignError, Signature, Signer, Vodka,
    checksum::{self, Algorithm, verify},
    metadata::{FileInfo, Link},
    templates,
    tx::{SignedTx, UnsignedTx},
    validation::validate_document,
};
use proptest::prelude::*;

fn example(name: &str) -> Vec<u8> {
    let path = format!("{}/../../../tests/vectors/ddo-examples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

struct Key(SecretKey);

impl Signer for Key {
    fn address(&self) -> Address {
        self.0.address().unwrap()
    }
    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, SignError> {
        self.0.sign_digest(digest).map_err(|e| SignError::Refused(e.to_string()))
    }
    fn sign_tx(&self, _: &UnsignedTx) -> Result<SignedTx, SignError> {
        Err(SignError::Locked)
    }
}

fn owner() -> Key {
    Key(SecretKey::from_bytes(&[5; 32]).unwrap())
}

fn draft() -> ListingDraft {
    ListingDraft {
        did: None,
        name: "Rain in Delft".to_owned(),
        kind: "dataset".to_owned(),
        author: "Waterschap".to_owned(),
        license: "CC-BY".to_owned(),
        price: Vodka::from_ocean(12),
        date_created: "2020-01-01T00:00:00Z".to_owned(),
        files: vec![FileInfo {
            index: 0,
            content_type: "text/csv".to_owned(),
            content_length: Some(1234),
            checksum: Some("ab".repeat(32)),
            checksum_type: Some("SHA256".to_owned()),
            name: Some("rain.csv".to_owned()),
            url: Some("http://example.com/secret".to_owned()),
            ..FileInfo::default()
        }],
        description: "Per hour.".to_owned(),
        tags: vec!["rain".to_owned()],
        categories: vec!["Weather".to_owned()],
        copyright_holder: None,
        in_language: Some("nl".to_owned()),
        work_example: None,
        update_frequency: Some("daily".to_owned()),
        links: vec![Link { name: "s".to_owned(), kind: "sample".to_owned(), url: "https://example.com".to_owned() }],
        more: [("industry".to_owned(), Node::text("water"))].into(),
        owner: owner().address(),
        endpoints: Endpoints::logical(&Address([8; 20]), "http://127.0.0.1:5000/", "http://127.0.0.1:12001"),
        template: templates::ACCESS.into(),
        escrow_contract: Address([6; 20]),
        time_locks: [0; 3],
        time_outs: [0, 1800, 0],
        access_timeout: 0,
        salt: [7; 16],
        created: "2020-01-02T00:00:00Z".to_owned(),
        updated: "2020-01-02T00:00:00Z".to_owned(),
    }
}

fn built(draft: &ListingDraft) -> Built {
    draft.build(&[1, 2, 3]).unwrap().sign(&owner()).unwrap()
}

#[test]
fn a_draft_becomes_a_listing_that_reads_back() {
    let draft = draft();
    let did = draft.did();
    let built = built(&draft);
    assert_eq!((built.did, built.checksum), (did, Checksum(did.0)), "the DID is known before anything is encrypted");
    let ddo = Ddo::parse(&built.bytes).unwrap();
    assert_eq!(ddo.raw(), built.bytes);
    assert_eq!((ddo.did(), ddo.version(), ddo.owner()), (did, Version::V02, Some(draft.owner)));
    assert_eq!(validate_document(&ddo), []);
    let access = ddo.access().unwrap();
    assert_eq!(ddo.price_of(access), Ok(draft.price));
    assert_eq!(access.windows(), Ok(TimeWindows { locks: [0; 3], outs: [0, 1800, 0] }));
    assert_eq!((access.timeout, access.salt()), (Some(0), Some([7; 16])));
    assert_eq!(access.endpoint, draft.endpoints.consume);
    assert_eq!(access.initialize, draft.endpoints.initialize);
    assert_eq!(access.template, Some(TemplateRef::Id(templates::ACCESS)));
    assert_eq!(ddo.authorization().unwrap().provider.as_deref(), Some("SecretStore"));
    let metadata = ddo.metadata();
    assert_eq!(metadata.encrypted_files_bytes(), Some(vec![1, 2, 3]));
    assert_eq!(metadata.files[0].sha256(), Some([0xab; 32]));
    assert_eq!(metadata.files[0].url, None);
    assert!(!String::from_utf8(built.bytes.clone()).unwrap().contains("example.com/secret"));
    assert_eq!(metadata.additional.text_of("industry"), Some("water"));
    assert!(ddo.is_own_form());
    assert_eq!(ddo.proof_form(draft.owner), Some(ProofForm::Bytes));
    let integrity = verify(&ddo, built.checksum, did);
    assert_eq!(integrity.matched, Some(Algorithm::Own));
    assert!(integrity.is_intact() && integrity.did_is_checksum && integrity.did_is_stated_checksum);
    assert!(integrity.services_that_differ.is_empty());
}

#[test]
fn the_cluster_of_key_servers_stands_in_the_authorization_service() {
    let cluster = "https://keys.example.org:12001";
    let mut draft = draft();
    draft.endpoints.secret_store = cluster.to_owned();
    let ddo = Ddo::parse(&built(&draft).bytes).unwrap();
    let authorization = ddo.authorization().unwrap();
    assert_eq!((&authorization.kind, authorization.endpoint.as_str()), (&ServiceKind::Authorization, cluster));
    // Under the name that others look for, and once.
    let document: serde_json::Value = serde_json::from_slice(ddo.raw()).unwrap();
    let services = document["service"].as_array().unwrap();
    let ours: Vec<_> = services.iter().filter(|service| service["type"] == "authorization").collect();
    assert_eq!(
        (ours.len(), &ours[0]["service"], &ours[0]["serviceEndpoint"]),
        (1, &"SecretStore".into(), &cluster.into())
    );
    assert_eq!(ListingDraft::of(&ddo).unwrap().endpoints.secret_store, cluster, "an edit keeps it");
}

#[test]
fn an_edit_keeps_the_did_and_changes_the_checksum() {
    let first = built(&draft());
    let ddo = Ddo::parse(&first.bytes).unwrap();
    let mut edit = ListingDraft::of(&ddo).unwrap();
    assert_eq!(built(&edit).bytes, first.bytes, "an edit without a change is the same document");
    edit.price = Vodka::from_ocean(13);
    edit.updated = "2020-02-02T00:00:00Z".to_owned();
    let second = built(&edit);
    assert_eq!(second.did, first.did);
    assert_ne!(second.checksum, first.checksum);
    let now = Ddo::parse(&second.bytes).unwrap();
    assert_eq!(now.price_of(now.access().unwrap()), Ok(edit.price));
    let integrity = verify(&now, second.checksum, first.did);
    assert!(integrity.is_intact() && !integrity.did_is_checksum);
    assert!(!verify(&now, first.checksum, first.did).is_intact(), "until the new checksum is registered");
    assert_eq!(now.proof_form(edit.owner), Some(ProofForm::Bytes));
}

#[test]
fn a_catalogue_cannot_change_what_is_sold() {
    let first = built(&draft());
    let text = String::from_utf8(first.bytes.clone()).unwrap();
    for (good, bad) in [
        ("Rain in Delft", "Rain in Breda"),
        ("\"price\":\"12000000000000000000\"", "\"price\":\"13000000000000000000\""),
        ("\"timeout\":0,\"timelocks\"", "\"timeout\":60,\"timelocks\""),
        ("\"salt\":\"0x07", "\"salt\":\"0x08"),
        (&"ab".repeat(32), &"ac".repeat(32)),
    ] {
        assert!(text.contains(good), "{good}");
        let changed = Ddo::parse(text.replace(good, bad).as_bytes()).unwrap();
        assert_eq!(verify(&changed, first.checksum, first.did).matched, None, "{bad}");
    }
    let published = text.replace("\"datePublished\":\"2020-01-02", "\"datePublished\":\"2022-02-02");
    let published = Ddo::parse(published.as_bytes()).unwrap();
    assert!(verify(&published, first.checksum, first.did).is_intact(), "catalogues write the date of publishing");
    let later = text.replace("\"timeout\":1800", "\"timeout\":18000000");
    let later = Ddo::parse(later.as_bytes()).unwrap();
    assert_eq!(later.access().unwrap().windows(), Err(WindowsError::Differ));
    let dearer = text.replace("\"value\":\"12000000000000000000\"", "\"value\":\"12\"");
    let dearer = Ddo::parse(dearer.as_bytes()).unwrap();
    assert!(matches!(dearer.price_of(dearer.access().unwrap()), Err(PriceError::Differ { .. })));
}

#[test]
fn an_incomplete_draft_says_what_is_missing() {
    let unnamed = ListingDraft { name: " ".to_owned(), date_created: "today".to_owned(), ..draft() };
    let Err(DraftError::Faults(faults)) = unnamed.build(&[1]) else { panic!("this is complete?") };
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["main/name", "main/dateCreated"]);
    let endless = ListingDraft { time_outs: [0; 3], time_locks: [9, 9, 0], files: Vec::new(), ..draft() };
    let Err(DraftError::Faults(faults)) = endless.build(&[1]) else { panic!("this has a refund?") };
    assert_eq!(faults.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(), ["main/files", "access/timeouts"]);
    let narrow = ListingDraft { time_locks: [0, 1800, 0], ..draft() };
    assert!(matches!(narrow.build(&[1]), Err(DraftError::Faults(_))));
    let other = Key(SecretKey::from_bytes(&[6; 32]).unwrap());
    let unsigned = draft().build(&[1]).unwrap();
    assert_eq!(unsigned.sign(&other).unwrap_err(), SignError::Unknown(owner().address()));
}

#[test]
fn the_examples_of_the_specifications_are_read() {
    for name in [
        "oep11-v0.1-ddo.example",
        "oep11-v0.2-ddo.example",
        "oep12-ddo.computing",
        "oep13-ddo-provenance-example",
        "oep7-v0.2-ddo-example",
        "oep8-v0.4-ddo-example-access",
        "oep8-v0.4-ddo-example-algorithm",
    ] {
        let bytes = example(name);
        let ddo = Ddo::parse(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(ddo.raw(), bytes);
        assert_eq!(ddo.export(ddo.version()), bytes, "{name} is exported as it came");
        verify(&ddo, Checksum([0; 32]), ddo.did());
        validate_document(&ddo);
    }
}

#[test]
fn a_v01_document_is_understood_as_v02() {
    let ddo = Ddo::parse(&example("oep11-v0.1-ddo.example")).unwrap();
    assert_eq!(ddo.version(), Version::V01);
    let metadata = ddo.metadata();
    assert_eq!(metadata.name, "UK Weather information 2011");
    assert_eq!(metadata.price, Some("10".parse().unwrap()));
    assert_eq!(metadata.tags, ["weather", "uk", "2011", "temperature", "humidity"]);
    assert_eq!(metadata.update_frequency.as_deref(), Some("yearly"));
    assert!(metadata.encrypted_files_bytes().is_some());
    assert_eq!((metadata.rating, metadata.votes, metadata.is_listed), (0.0, 123, true));
    assert_eq!(metadata.files[0].content_length, Some(4_535_431));
    let access = ddo.access().unwrap();
    assert_eq!(access.index, 1);
    assert_eq!(access.endpoint, "http://localhost:8030/api/v1/brizo/services/consume");
    let initialize = "http://localhost:8030/api/v1/brizo/services/access/initialize";
    assert_eq!(access.initialize.as_deref(), Some(initialize));
    assert!(access.agreement.as_ref().unwrap().is_access());
    let missing = PriceError::Missing("the payment of its agreement");
    assert_eq!(ddo.price_of(access), Err(missing), "the example leaves the amount empty");
    assert!(matches!(access.template, Some(TemplateRef::Id(_))));
    assert_eq!(checksum::compute(&ddo, Algorithm::Services), None, "that algorithm is of v0.2");
}

#[test]
fn v01_goes_to_v02_and_back_without_loss() {
    let bytes = example("oep11-v0.1-ddo.example");
    let ddo = Ddo::parse(&bytes).unwrap();
    let v02 = Ddo::parse(&ddo.export(Version::V02)).unwrap();
    assert_eq!(v02.version(), Version::V02);
    assert_eq!(v02.metadata(), ddo.metadata());
    assert_eq!(v02.services(), ddo.services());
    let back = v02.export(Version::V01);
    let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    assert_eq!(value(&back), value(&bytes));
}

#[test]
fn an_own_listing_goes_to_v01_and_back_without_loss() {
    let first = built(&draft());
    let ddo = Ddo::parse(&first.bytes).unwrap();
    let v01 = Ddo::parse(&ddo.export(Version::V01)).unwrap();
    assert_eq!(v01.version(), Version::V01);
    assert_eq!(v01.metadata().name, "Rain in Delft");
    assert_eq!(v01.price_of(v01.access().unwrap()), Ok(draft().price));
    let back = Ddo::parse(&v01.export(Version::V02)).unwrap();
    let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    assert_eq!(value(back.raw()), value(&first.bytes));
    assert!(verify(&back, first.checksum, first.did).matched.is_some());
}

#[test]
fn a_catalogue_writes_its_date_and_its_curation_and_nothing_else() {
    let first = built(&draft());
    let ddo = Ddo::parse(&first.bytes).unwrap();
    let mut turned = ddo.original().clone();
    if let Some(Node::List(services)) = turned.get_mut("service") {
        services.rotate_left(1);
    }
    let turned = Ddo::parse(turned.to_json().as_bytes()).unwrap();
    let stored = Ddo::parse(&turned.registered("2021-05-05T05:05:05Z", None)).unwrap();
    assert_eq!(stored.services()[0].kind, ServiceKind::Metadata);
    assert_eq!(stored.metadata().date_published.as_deref(), Some("2021-05-05T05:05:05Z"));
    assert!(stored.metadata().is_listed && verify(&stored, first.checksum, first.did).is_intact());
    let unlisted = Ddo::parse(&stored.with_curation("isListed", Node::Bool(false))).unwrap();
    assert!(!unlisted.metadata().is_listed && verify(&unlisted, first.checksum, first.did).is_intact());
    let again = Ddo::parse(&ddo.registered("2022-05-05T05:05:05Z", unlisted.curation().cloned())).unwrap();
    assert!(!again.metadata().is_listed, "an edit does not list again what was unlisted");
    let v01 = Ddo::parse(&example("oep11-v0.1-ddo.example")).unwrap();
    let v01 = Ddo::parse(&v01.registered("2021-05-05T05:05:05Z", None)).unwrap();
    assert_eq!((v01.version(), v01.metadata().votes), (Version::V01, 0));
    assert_eq!(v01.metadata().date_published.as_deref(), Some("2021-05-05T05:05:05Z"));
}

#[test]
fn prices_that_differ_are_refused() {
    let ddo = Ddo::parse(&example("oep8-v0.4-ddo-example-access")).unwrap();
    let error = ddo.price_of(ddo.access().unwrap()).unwrap_err();
    assert!(matches!(error, PriceError::Differ { place: "its service", .. }), "{error}");
}

#[test]
fn hostile_documents_are_bounded_and_refused() {
    let id = format!("\"id\":\"did:op:{}\"", "0".repeat(64));
    assert_eq!(Ddo::parse(b"[]"), Err(DdoError::NotAnObject));
    assert_eq!(Ddo::parse(b"{\"service\":[]}"), Err(DdoError::Id));
    assert_eq!(Ddo::parse(b"{\"id\":\"did:op:12\",\"service\":[]}"), Err(DdoError::Id));
    assert_eq!(Ddo::parse(format!("{{{id}}}").as_bytes()), Err(DdoError::NoServices));
    let text = format!("{{{id},\"service\":[1,null,{{}},{{\"type\":7,\"index\":-1,\"attributes\":[]}}]}}");
    let odd = Ddo::parse(text.as_bytes()).unwrap();
    assert_eq!(odd.services().len(), 4);
    assert!(odd.access().is_none());
    assert!(matches!(Ddo::parse_within(text.as_bytes(), 10), Err(DdoError::Json(JsonError::TooLarge { .. }))));
}

#[test]
fn documents_of_hundred_thousand_members_take_no_quadratic_time() {
    let many = (0..60_000).map(|n| format!("\"k{n}\":0")).collect::<Vec<_>>().join(",");
    for service in [
        format!("{{\"type\":\"Metadata\",\"metadata\":{{\"base\":{{{many}}},{many}}}}}"),
        format!("{{\"type\":\"Access\",\"serviceDefinitionId\":\"0\",{many},\"attributes\":{{\"main\":{{{many}}}}}}}"),
    ] {
        let text = format!("{{\"id\":\"did:op:{}\",\"service\":[{service}]}}", "0".repeat(64));
        let ddo = Ddo::parse(text.as_bytes()).unwrap();
        let members = ddo.internal().get("service").unwrap().elements()[0].get("attributes").unwrap();
        assert!(members.at(&["main", "k59999"]).is_some());
        assert!(!ddo.export(Version::V01).is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_draft_reads_back_stably(
        name in "\\PC{1,40}", author in "\\PC{1,20}", description in ".{0,80}",
        tags in prop::collection::vec(".{0,10}", 0..4),
        price in any::<u64>(), salt in any::<[u8; 16]>(), outs in any::<[u64; 3]>().prop_map(|[lock, access, escrow]| [lock, access.max(1), escrow]),
        timeout in any::<u64>(),
        encrypted in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        prop_assume!(!name.trim().is_empty() && !author.trim().is_empty());
        let draft = ListingDraft {
            name, author, description, tags, salt, price: Vodka::from_ocean(price), time_outs: outs,
            access_timeout: timeout, ..draft()
        };
        let built = draft.build(&encrypted).unwrap().sign(&owner()).unwrap();
        let ddo = Ddo::parse(&built.bytes).unwrap();
        prop_assert_eq!(ddo.original().to_json().into_bytes(), built.bytes.clone());
        prop_assert_eq!(ddo.did(), draft.did());
        prop_assert!(verify(&ddo, built.checksum, built.did).is_intact());
        prop_assert_eq!(ddo.price_of(ddo.access().unwrap()), Ok(draft.price));
        let mut again = ListingDraft::of(&ddo).unwrap();
        again.files.clone_from(&draft.files);
        again.did = None;
        prop_assert_eq!(&again.endpoints.consume, &draft.endpoints.consume);
        prop_assert_eq!(again.did(), draft.did());
    }

    #[test]
    fn nothing_makes_reading_panic(at in any::<prop::sample::Index>(), with in prop::collection::vec(any::<u8>(), 0..6)) {
        let mut bytes = example("oep11-v0.1-ddo.example");
        let at = at.index(bytes.len());
        let end = (at + with.len()).min(bytes.len());
        bytes.splice(at..end, with);
        if let Ok(ddo) = Ddo::parse(&bytes) {
            verify(&ddo, Checksum([0; 32]), ddo.did());
            validate_document(&ddo);
            if let Some(access) = ddo.access() {
                let _refused_or_not = (ddo.price_of(access), access.windows(), ListingDraft::of(&ddo));
            }
            Ddo::parse(&ddo.export(Version::V02)).unwrap();
        }
    }
}

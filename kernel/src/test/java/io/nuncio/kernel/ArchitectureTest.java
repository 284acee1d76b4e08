package io.nuncio.kernel;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

/// The rules of the house that a compiler does not know. When one is in the way, the design
/// changes, not the list here.
class ArchitectureTest {
    private static final String SECRETS =
            "io\\.envoyproxy\\.envoy\\..*\\.tls\\.v3\\.(Secret|SdsSecretConfig)(\\$.*)?";

    private static final String[] OURS = {"io.nuncio.kernel..", "io.nuncio.spi.."};

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.nuncio.kernel", "io.nuncio.spi");

    @Test
    void theKernelKnowsNoBundle() {
        noClasses()
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("io.nuncio..").and(resideOutsideOfPackages(OURS)))
                .check(CLASSES);
    }

    /// Messages that configure extensions belong to bundles. Load balancing is left out: a
    /// cluster's older `lb_policy` is put into the words of the extension that now does it. So is
    /// the envelope of secrets, which is the bootstrap's; what is in them is not looked at.
    @Test
    void theKernelKnowsNoExtensionsConfiguration() {
        noClasses()
                .that()
                .resideInAPackage("io.nuncio.kernel..")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(
                                        "io.envoyproxy.envoy.extensions.filters..",
                                        "io.envoyproxy.envoy.extensions.transport_sockets..",
                                        "io.envoyproxy.envoy.extensions.access_loggers.file..",
                                        "io.envoyproxy.envoy.extensions.health_checkers..")
                                .and(not(nameMatching(SECRETS))))
                .check(CLASSES);
    }

    @Test
    void theSpiKnowsNoKernel() {
        noClasses()
                .that()
                .resideInAPackage("io.nuncio.spi..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.nuncio.kernel..")
                .check(CLASSES);
    }

    @Test
    void authorsSeeNothingOfNettyInTheSpi() {
        noClasses()
                .that()
                .resideInAPackage("io.nuncio.spi..")
                .and()
                .resideOutsideOfPackage("io.nuncio.spi.internal")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(CLASSES);
    }

    @Test
    void theKernelsSubsystemsDependOneWay() {
        slices().matching("io.nuncio.kernel.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nothingStaticChanges() {
        fields().that()
                .areStatic()
                .and(areNotSynthetic())
                .should(holdNothingThatChanges())
                .check(CLASSES);
    }

    @Test
    void systemPropertiesAreTheLaunchersBusiness() {
        noClasses()
                .should(
                        callMethodWhere(
                                calls(
                                                System.class,
                                                Set.of(
                                                        "getProperty",
                                                        "setProperty",
                                                        "getProperties"))
                                        .or(calls(Boolean.class, Set.of("getBoolean")))
                                        .or(calls(Integer.class, Set.of("getInteger")))))
                .check(CLASSES);
    }

    @Test
    void threeClassesUseReflection() {
        List<String> allowed =
                List.of(
                        "io.nuncio.kernel.extension.BundleLoader",
                        "io.nuncio.kernel.extension.RecordBinding",
                        "io.nuncio.kernel.config.Types");
        List<String> reflecting =
                CLASSES.stream()
                        .filter(ArchitectureTest::reflects)
                        .map(type -> type.getName().replaceAll("\\$.*", ""))
                        .distinct()
                        .filter(name -> !allowed.contains(name))
                        .toList();

        assertThat(reflecting).isEmpty();
    }

    private static boolean reflects(JavaClass type) {
        boolean byReflection =
                type.getDirectDependenciesFromSelf().stream()
                        .map(dependency -> dependency.getTargetClass().getName())
                        .anyMatch(name ->
                                name.equals("java.lang.reflect.Method")
                                        || name.equals("java.lang.reflect.Field")
                                        || name.equals("java.lang.reflect.Constructor")
                                        || name.equals("java.lang.reflect.RecordComponent")
                                        || name.equals("java.lang.reflect.Proxy"));
        boolean byName =
                type.getMethodCallsFromSelf().stream()
                        .anyMatch(call ->
                                call.getTargetOwner().isEquivalentTo(Class.class)
                                        && Set.of("forName", "getMethod", "getDeclaredConstructor")
                                                .contains(call.getName()));
        return byReflection || byName;
    }

    private static DescribedPredicate<JavaField> areNotSynthetic() {
        return DescribedPredicate.describe(
                "are not synthetic",
                field ->
                        !field.getModifiers().contains(JavaModifier.SYNTHETIC)
                                && !field.getName().startsWith("$"));
    }

    /// Final, and of a type that cannot be changed through it (arrays are constants by convention,
    /// when private).
    private static ArchCondition<JavaField> holdNothingThatChanges() {
        List<String> changing =
                List.of(
                        "java.util.concurrent.",
                        "java.util.HashMap",
                        "java.util.LinkedHashMap",
                        "java.util.TreeMap",
                        "java.util.ArrayList",
                        "java.util.ArrayDeque",
                        "java.util.HashSet",
                        "java.lang.StringBuilder",
                        "java.lang.ThreadLocal");
        return new ArchCondition<>("be final and hold nothing that changes") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                String type = field.getRawType().getName();
                boolean constant =
                        field.getModifiers().contains(JavaModifier.FINAL)
                                && changing.stream().noneMatch(type::startsWith);
                boolean enumConstant = type.equals("java.util.concurrent.TimeUnit");
                boolean openArray =
                        field.getRawType().isArray()
                                && !field.getModifiers().contains(JavaModifier.PRIVATE)
                                && field.getModifiers().contains(JavaModifier.PUBLIC);
                if ((!constant && !enumConstant) || openArray) {
                    events.add(
                            SimpleConditionEvent.violated(
                                    field, field.getFullName() + " can change"));
                }
            }
        };
    }

    private static DescribedPredicate<JavaCall<?>> calls(Class<?> owner, Set<String> methods) {
        return DescribedPredicate.describe(
                "calls " + owner.getSimpleName() + "." + String.join("|", methods),
                call ->
                        call.getTargetOwner().isEquivalentTo(owner)
                                && methods.contains(call.getName()));
    }
}
